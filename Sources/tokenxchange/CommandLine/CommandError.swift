import OpenIDConnect
import Platform
import TokenExchange

/// Why a command failed.
indirect enum CommandError: Error, Equatable {
  case usage(UsageError)
  /// The value of an option or a configuration file is invalid.
  case configuration(ConfigurationError)
  case clusterConfig(ClusterConfigError)
  /// The subject token cannot be sent.
  case subjectToken(SubjectTokenError, file: String)
  /// An input that is not a file contains no usable subject token.
  case tokenInput(TokenInputError)
  /// A server could not be reached.
  case transport(TransportError, EndpointURL, timeout: Double)
  case exchange(TokenExchangeError, ExchangeContext)
  /// A sign-in or a refresh failed.
  case grant(GrantError, LoginRequest)
  /// A sign-in is required or was not completed.
  case login(LoginError)
  /// The cache cannot be removed; `source` named its directory, nil for the default.
  case cache(CacheError, source: String?)
  /// Another process failed, and this one waited for its result.
  case failedElsewhere(CachedFailure)
  /// A file could not be written; `source` is the option that named it.
  case notWritten(FileWriteError, source: String)
  case output(SystemError)
  case generate(GenerateError)
  /// The program could not be copied.
  case notInstalled(FileWriteError, user: UInt32)
  case inspect(InspectError)
  case check(CheckError)
  /// The documents of a server may repeat the token that was sent to it.
  case publish(PublishError, token: Secret? = nil)
  case kubeconfig(KubeconfigError)
  /// An option of `sidecar` or a variable of dexsidecar is invalid.
  case sidecar(SidecarError)
  /// The file of `--argocd-secret`, `-` for standard input, is not a cluster Secret of Argo CD.
  case argoCDSecret(ArgoCDSecretError, file: String)
}

extension CommandError {
  var oauthError: OAuthError? {
    switch self {
    case .exchange(.oauth(let error, _), _), .grant(.oauth(let error, _), _): error
    default: nil
    }
  }

  /// Whether the server rejected the request, as opposed to failing itself.
  var isRejection: Bool { oauthError.map { $0.status < 500 } ?? false }

  /// The server's `Retry-After`, in seconds.
  var retryAfter: Double? {
    if case .exchange(let error, _) = self { error.retryAfter } else { nil }
  }
}
