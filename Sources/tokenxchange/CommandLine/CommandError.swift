import OpenIDConnect
import Platform
import TokenExchange

/// Why a command failed.
indirect enum CommandError: Error, Equatable {
  /// The command line or a variable is wrong.
  case usage(UsageError)
  /// The value of an option or a configuration file is wrong.
  case configuration(ConfigurationError)
  /// The settings that the client passes for the cluster are wrong.
  case clusterConfig(ClusterConfigError)
  /// The subject token cannot be sent.
  case subjectToken(SubjectTokenError, file: String)
  /// There is no usable subject token from an input that is not a file.
  case tokenInput(TokenInputError)
  /// A server could not be reached.
  case transport(TransportError, EndpointURL, timeout: Double)
  /// The exchange failed.
  case exchange(TokenExchangeError, ExchangeContext)
  /// A sign-in or a refresh failed.
  case grant(GrantError, LoginRequest)
  /// A sign-in is required or was not completed.
  case login(LoginError)
  /// The cache cannot be removed; `source` is what named its directory, nil for a default.
  case cache(CacheError, source: String?)
  /// Another process failed, and this one waited for its result.
  case failedElsewhere(CachedFailure)
  /// A file could not be written; `source` is the option that named it.
  case notWritten(FileWriteError, source: String)
  /// Standard output could not be written.
  case output(OutputError)
  /// An option of `generate` is wrong.
  case generate(GenerateError)
  /// The program could not be copied.
  case notInstalled(FileWriteError, user: UInt32)
  /// `inspect` found no token.
  case inspect(InspectError)
  /// The file that `check` reads is not usable.
  case check(CheckError)
  /// `publish-issuer` failed.
  case publish(PublishError)
  /// A kubeconfig cannot be read.
  case kubeconfig(KubeconfigError)
  /// An option of `sidecar` or a variable of dexsidecar is wrong.
  case sidecar(SidecarError)
  /// The file of `--argocd-secret`, `-` for standard input, is not a cluster Secret of Argo CD.
  case argoCDSecret(ArgoCDSecretError, file: String)
}

extension CommandError {
  /// The OAuth error, if the server returned one.
  var oauthError: OAuthError? {
    switch self {
    case .exchange(.oauth(let error, _), _), .grant(.oauth(let error, _), _): error
    default: nil
    }
  }

  /// Whether the server rejected the request permanently; its own failures may be temporary.
  var isRejection: Bool { oauthError.map { $0.status < 500 } ?? false }

  /// Seconds that the server asked to wait, if it did.
  var retryAfter: Double? {
    if case .exchange(let error, _) = self { error.retryAfter } else { nil }
  }
}
