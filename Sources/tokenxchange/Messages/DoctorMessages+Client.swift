import FoundationEssentials
import OpenIDConnect
import Platform
import TokenExchange

extension DoctorReport.Finding {
  init(_ finding: ClientFinding) {
    switch finding {
    case .noClusterLabel:
      self.init(
        .clientNoLabel,
        warning: "the Secret lacks the label argocd.argoproj.io/secret-type: cluster",
        hint: "add it: without the label, Argo CD ignores the Secret")
    case .authorityAndInsecure:
      self.init(
        .clientAuthorityAndInsecure,
        "tlsClientConfig has both caData and insecure: true, which client-go rejects",
        hint: "set insecure to false")
    case .inClusterServer:
      self.init(
        .clientInCluster,
        warning: "Argo CD ignores the plugin for its own cluster, https://kubernetes.default.svc",
        hint: "set server to the URL of the target cluster")
    case .apiVersion(let version):
      self.init(
        .clientAPIVersion,
        version.map { "client-go rejects the apiVersion \(untrusted: $0) of the plugin" }
          ?? "the plugin has no apiVersion, which client-go rejects",
        hint: "set apiVersion to client.authentication.k8s.io/v1")
    case .interactiveMode(let mode):
      self.init(
        .clientInteractiveMode,
        mode.map { "kubectl rejects the interactiveMode \(untrusted: $0) of the plugin" }
          ?? "the plugin has no interactiveMode, which v1 requires",
        hint: "set interactiveMode to Never, or to IfAvailable for login")
    case .commandNotFound(let command):
      self.init(
        .commandNotFound,
        warning: "the command \(untrusted: command) does not exist on this machine",
        hint: "install it, add its directory to PATH, or set command to its path")
    case .notExecutable(let path):
      self.init(
        .commandNotExecutable, "the command \(path: path) is not executable",
        hint: "run chmod 0755 \(path: path)")
    case .noPlugin(let credential, let name):
      self.init(
        .clientNoPlugin, "\(untrusted: name) has \(Message(credential))",
        hint: "nothing to examine: pass another context, or a Secret with execProviderConfig")
    case .otherTool(let tool, let line):
      self.init(
        .commandOtherTool,
        warning: "the command is \(Message(tool)); its options were translated to tokenxchange's",
        hint: "to run tokenxchange instead, write \(untrusted: line, maxLength: 2000)")
    case .unknownTool(let tool):
      self.init(
        .commandUnknown, "the command is \(Message(tool)), whose options cannot be translated",
        hint: """
          run doctor with the equivalent options of get-token, token-file or login; generate \
          kubeconfig and generate argocd-cluster print them
          """)
    }
  }

  /// The message about a stored sign-in.
  init(_ finding: SignInFinding) {
    switch finding {
    case .notSignedIn(let issuer, let command):
      self.init(
        .notSignedIn, "no user is signed in at \(authority: issuer) with these options",
        hint: "sign in, in a terminal: \(example: command)", exitCode: .loginRequired)
    case .refreshRejected(let error, let end, let now, let command):
      let reason: Message = error.map { ": \($0.message)" } ?? ""
      self.init(
        .refreshTokenRejected, end: end, now: now, "Dex rejects the refresh token\(reason)",
        hint: """
          a sign-in on another machine or a loss of Dex's storage revokes it; sign in again: \
          \(example: command)
          """)
    case .noRefreshToken(let end, let now, let command):
      self.init(
        .noRefreshToken, end: end, now: now, "no refresh token is stored",
        hint: """
          add refresh_token to oauth2.grantTypes in Dex's config.yaml, use a connector that \
          supports it, and sign in again: \(example: command)
          """)
    case .flowNotAllowed(let error, isSignedIn: false):
      self.init(.flowNotAllowed, Diagnosis(error))
    case .flowNotAllowed(let error, isSignedIn: true):
      let diagnosis = Diagnosis(error)
      self.init(
        .flowNotAllowed, warning: "the next sign-in will fail: \(diagnosis.message)",
        hint: diagnosis.hint)
    case .deviceFlowNotAllowed(let error):
      let diagnosis = Diagnosis(error)
      self.init(
        .deviceFlowNotAllowed,
        warning: "a sign-in without a browser (over SSH) will fail: \(diagnosis.message)",
        hint: diagnosis.hint)
    }
  }

  /// A sign-in that cannot be renewed; the token expires at `end`, or has expired.
  private init(
    _ identifier: FindingIdentifier, end: Date?, now: Date, _ message: Message, hint: Message
  ) {
    guard let end else {
      self.init(
        identifier, "\(message), and the token has expired", hint: hint, exitCode: .loginRequired)
      return
    }
    self.init(
      identifier,
      warning: "\(message); the token is valid for another \(duration: end.timeIntervalSince(now))",
      hint: hint)
  }

  /// The message about the issuer of a service account token.
  init(_ finding: IssuerFinding) {
    switch finding {
    case .unreachable(let error, let url, let timeout):
      self.init(
        .issuerUnreachable, warning: Diagnosis(error, to: url, timeout: timeout).message,
        hint: """
          the API server fetches the issuer's documents itself: they must be reachable from there, \
          with a certificate that it trusts; publish-issuer puts them on a public site
          """)
    case .noDocument(let url, let status):
      self.init(
        .issuerNoDocument,
        warning: "\(untrusted: url.text) returned \(status) without a discovery document",
        hint: status == 401 || status == 403
          ? """
          bind system:service-account-issuer-discovery to system:unauthenticated, or publish the \
          documents with publish-issuer
          """
          : "publish the documents of the issuer there with publish-issuer")
    case .mismatch(let found, let token):
      self.init(
        .issuerNotThatOfToken,
        """
        the issuer is \(untrusted: found) in the discovery document, but \(untrusted: token) in \
        the token
        """,
        hint: "API servers compare both exactly: publish the document of the token's own issuer",
        exitCode: .invalidResponse)
    case .noKeys(.noURL(let location)):
      self.init(
        .issuerNoKeys,
        warning: "the discovery document has no usable jwks_uri: \(untrusted: location ?? "none")",
        hint: "it must be an https URL that the API server can reach")
    case .noKeys(.noKeys(let url, let status)):
      self.init(
        .issuerNoKeys, warning: "\(untrusted: url.text) returned \(status) without a key set",
        hint: "publish the key set there with publish-issuer")
    case .noKeys(.transport(let error, let url, let timeout)):
      self.init(
        .issuerNoKeys, warning: Diagnosis(error, to: url, timeout: timeout).message,
        hint: "the API server fetches the key set itself: it must be reachable from there")
    case .unknownKey(let id, let known):
      self.init(
        .issuerUnknownKey,
        """
        the token was signed with the key \(untrusted: id, maxLength: 60), which its issuer does \
        not publish; published keys: \(list: known)
        """,
        hint: "the cluster rotated its keys: run publish-issuer again, or check its schedule",
        exitCode: .oauthError)
    }
  }
}

extension Message {
  init(_ credential: ClientConfiguration.Credential) {
    self =
      switch credential {
      case .exec: "a plugin"
      case .token: "a token in its configuration, which client-go uses instead of a plugin"
      case .clientCertificate: "a client certificate in its configuration, and no plugin"
      case .password: "a password in its configuration, and no plugin"
      case .none: "neither a credential nor a plugin in its configuration"
      case .provider(let name):
        "\(untrusted: name, maxLength: 60) in its configuration, and no plugin"
      }
  }

  init(_ tool: PluginCommand.Tool) {
    self =
      switch tool {
      case .tokenxchange: "a command of tokenxchange that prints no credential"
      case .goTokenxchange: "the Go tokenxchange, or has its options"
      case .kubelogin: "kubelogin (kubectl oidc-login)"
      case .argoCDAuth: "argocd-k8s-auth"
      case .shell: "a shell command"
      case .other(let name): "\(untrusted: name, maxLength: 60)"
      }
  }
}
