import FoundationEssentials
import OpenIDConnect
import Platform
import TokenExchange

extension Diagnosis {
  /// The message about a kubeconfig, a cluster Secret, or the command that they name.
  init(_ finding: ClientFinding) {
    switch finding {
    case .fault(let fault): self.init(fault)
    case .noPlugin(let credential, let name):
      self.init(
        "\(untrusted: name) has \(Message(credential))",
        hint:
          "no plugin to examine: pass another context, or a Secret with execProviderConfig",
        exitCode: .usage)
    case .otherTool(let tool, let line):
      self.init(
        warning: "the command is \(Message(tool)); its options are examined as tokenxchange's",
        hint: "to run tokenxchange instead, write \(untrusted: line, maxLength: 2000)")
    case .unknownTool(let tool):
      self.init(
        "the command is \(Message(tool)), whose options cannot be translated",
        hint: """
          run doctor with the equivalent options of get-token, token-file or login; generate \
          kubeconfig and generate argocd-cluster print them
          """,
        exitCode: .usage)
    }
  }

  private init(_ fault: ClientConfiguration.Fault) {
    switch fault {
    case .noClusterLabel:
      self.init(
        warning: "the Secret lacks the label argocd.argoproj.io/secret-type: cluster",
        hint: "without the label Argo CD does not see the cluster")
    case .authorityAndInsecure:
      self.init(
        "tlsClientConfig has both caData and insecure: true, which client-go rejects",
        hint: "set insecure to false", exitCode: .usage)
    case .inClusterServer:
      self.init(
        warning: """
          Argo CD ignores the plugin for https://kubernetes.default.svc and uses its own service \
          account
          """,
        hint: "set server to the URL of the target cluster")
    case .apiVersion(let version):
      self.init(
        version.map { "client-go rejects the apiVersion \(untrusted: $0) of the plugin" }
          ?? "the plugin has no apiVersion, which client-go rejects",
        hint: "set apiVersion to client.authentication.k8s.io/v1", exitCode: .usage)
    case .interactiveMode(let mode):
      self.init(
        mode.map { "kubectl rejects the interactiveMode \(untrusted: $0) of the plugin" }
          ?? "the plugin has no interactiveMode, which v1 requires",
        hint: "set interactiveMode to Never, or to IfAvailable for login", exitCode: .usage)
    case .commandNotFound(let command):
      self.init(
        warning: "the command \(untrusted: command) does not exist on this machine",
        hint: """
          kubectl will report "executable not found": install it, add its directory to PATH, or \
          write its path
          """)
    case .notExecutable(let path):
      self.init(
        "the command \(path: path) is not executable", hint: "chmod 0755 \(path: path)",
        exitCode: .usage)
    }
  }

  /// The message about a stored sign-in.
  init(_ finding: SignInFinding) {
    switch finding {
    case .notSignedIn(let issuer, let command):
      self.init(
        "no user is signed in at \(authority: issuer) with these options",
        hint: "sign in, in a terminal: \(example: command)", exitCode: .loginRequired)
    case .refreshRejected(let error, let end, let now, let command):
      let reason: Message = error.map { ": \($0.message)" } ?? ""
      self.init(
        end: end, now: now, "Dex rejects the refresh token\(reason)",
        hint: """
          a sign-in on another machine revokes it, and so does a loss of Dex's storage: sign in \
          again: \(example: command)
          """)
    case .noRefreshToken(let end, let now, let command):
      self.init(
        end: end, now: now, "no refresh token is stored",
        hint: """
          add refresh_token to oauth2.grantTypes in Dex's config.yaml, use a connector that \
          supports it, and sign in again: \(example: command)
          """)
    case .flowNotAllowed(let error, isSignedIn: false): self.init(error)
    case .flowNotAllowed(let error, isSignedIn: true):
      self.init(warning: error, "the next sign-in will fail: ")
    case .deviceFlowNotAllowed(let error):
      self.init(warning: error, "a sign-in without a browser, as over SSH, will fail: ")
    }
  }

  /// An error of the next sign-in.
  private init(warning error: CommandError, _ prefix: Message) {
    let diagnosis = Diagnosis(error)
    self.init(warning: prefix + diagnosis.message, hint: diagnosis.hint)
  }

  /// A sign-in that cannot be renewed, and may have expired.
  private init(end: Date?, now: Date, _ message: Message, hint: Message) {
    guard let end else {
      self.init("\(message), and the token has expired", hint: hint, exitCode: .loginRequired)
      return
    }
    self.init(
      warning: "\(message); the token works for another \(duration: end.timeIntervalSince(now))",
      hint: hint)
  }

  /// The message about the issuer of a service account token.
  init(_ finding: IssuerFinding) {
    switch finding {
    case .unreachable(let error, let url, let timeout):
      self.init(
        warning: Diagnosis(error, to: url, timeout: timeout).message,
        hint: """
          the API server fetches the issuer's documents itself: they must be reachable from there, \
          with a certificate that it trusts; publish-issuer puts them on a public site
          """)
    case .noDocument(let url, let status):
      self.init(
        warning: "\(untrusted: url.text) returned \(status) and no discovery document",
        hint: status == 401 || status == 403
          ? """
          bind system:service-account-issuer-discovery to system:unauthenticated, or publish the \
          documents with publish-issuer
          """
          : "publish the documents of the issuer there with publish-issuer")
    case .mismatch(let found, let token):
      self.init(
        """
        the discovery document names the issuer \(untrusted: found), the token \(untrusted: token)
        """,
        hint: "API servers compare both exactly: publish the document of the token's own issuer",
        exitCode: .invalidResponse)
    case .noKeys(.noURL(let location)):
      self.init(
        warning: "the discovery document has no usable jwks_uri: \(untrusted: location ?? "none")",
        hint: "it must be an https URL that the API server can reach")
    case .noKeys(.noKeys(let url, let status)):
      self.init(
        warning: "\(untrusted: url.text) returned \(status) and no key set",
        hint: "publish the key set there with publish-issuer")
    case .noKeys(.transport(let error, let url, let timeout)):
      self.init(
        warning: Diagnosis(error, to: url, timeout: timeout).message,
        hint: "the API server fetches the key set itself: it must be reachable from there")
    case .unknownKey(let id, let known):
      self.init(
        """
        the token was signed with the key \(untrusted: id, maxLength: 60), which its issuer does \
        not publish: it publishes \(list: known)
        """,
        hint: "the cluster rotated its keys: run publish-issuer again, or check its schedule",
        exitCode: .oauthError)
    }
  }

  /// The message about the rights of the user.
  init(_ finding: AccessFinding) {
    switch finding {
    case .error(.forbidden(let server, let message)):
      self.init(
        warning: """
          the user may not list its own rights: \(untrusted: server.text) returned 403: \
          \(untrusted: message ?? "no message")
          """,
        hint: "bind the role system:basic-user to system:authenticated")
    case .error(let error): self.init(error)
    case .invalidQuestion(let text):
      self.init(
        "invalid value \(word: text) for --can",
        hint: "write VERB:RESOURCE, such as list:pods, get:deployments.apps or get:/metrics",
        exitCode: .usage)
    case .denied(let question, let namespace, let user):
      self.init(
        "\(untrusted: user) may not \(untrusted: question.phrase)\(place: namespace)",
        hint: """
          bind a role with that right to exactly this user or one of its groups; generate rbac \
          prints the binding
          """,
        exitCode: .oauthError)
    case .noRights(let namespaces, let isGiven, let user):
      let place: Message =
        isGiven
        ? "in \(list: namespaces)" : "in the whole cluster or in the namespace \(list: namespaces)"
      let message: Message =
        "\(untrusted: user) has no rights \(place): every request there is Forbidden"
      self.init(
        message,
        hint: isGiven
          ? """
          bind a role to exactly this user or one of its groups; generate rbac prints the binding
          """
          : "pass --namespace for a namespace with a RoleBinding, or bind a role: generate rbac",
        exitCode: isGiven ? .oauthError : .done)
    case .argoCDCannotList(let user):
      self.init(
        warning: "\(untrusted: user) may not list all objects of the cluster, as Argo CD does",
        hint: """
          bind cluster-admin or a role with get, list and watch on *, or limit the Secret with \
          namespaces: generate argocd-cluster --namespaces
          """)
    }
  }

  /// What may be wrong at an API server that returned 401: what was observed comes first, and what
  /// was ruled out is left out.
  static func unauthorizedHint(_ observed: TokenObservations) -> Message {
    let issuer: Message = observed.method == .tokenFile ? "the issuer" : "Dex"
    var causes: [Message] = []
    if observed.isKeyPublished == false {
      causes.append("the token's key is not among the current keys of \(issuer) (seen above)")
    }
    if let difference = observed.clockDifference {
      causes.append(
        """
        the clocks differ: this machine is \(difference) \(issuer), and the API server may agree with \
        either
        """)
    }
    if observed.absentClaims.contains(.federatedUserID), observed.method != .tokenFile {
      causes.append(
        """
        it maps federated_claims, which the token does not have: request the scope federated:id
        """)
    }
    causes.append(
      """
      its client ID or audiences include none of \
      \(untrusted: observed.audiences.isEmpty ? "(none)" : observed.audiences.joined(separator: ", "))
      """)
    causes.append(
      """
      it trusts another issuer than \(untrusted: observed.issuer ?? "(none)"), which it compares \
      exactly, or none
      """)
    if observed.method == .tokenFile {
      causes.append("a claimValidationRule rejects the token")
    } else {
      let names = observed.absentClaims.map(\.rawValue)
      let absent: Message = names.isEmpty ? "" : " (absent here: \(choices: names))"
      let email: Message = observed.isEmailUnverified ? ", or email, which is not verified" : ""
      causes.append(
        """
        it maps a claim that is not in the token\(absent)\(email), or a claimValidationRule \
        rejects the token
        """)
    }
    if observed.isKeyPublished != false {
      causes.append(
        """
        it cannot fetch the keys of \(issuer): name, network, or the CA (--oidc-ca-file, \
        certificateAuthority)
        """)
    }
    let list = causes.enumerated().map { "(\($0.offset + 1)) \($0.element)" as Message }
    let joined = list.dropFirst().reduce(list[0]) { "\($0); \($1)" }
    return """
      likely: \(joined); its log has the reason next to "Unable to authenticate the request"
      """
  }
}

extension AccessQuestion {
  /// The question as words, such as "list deployments.apps".
  fileprivate var phrase: String {
    String(text.map { $0 == ":" ? " " : $0 })
  }
}

extension Message {
  init(_ credential: ClientConfiguration.Credential) {
    self =
      switch credential {
      case .exec: "a plugin"
      case .token: "a token in its configuration; client-go uses it instead of a plugin"
      case .clientCertificate: "a client certificate in its configuration, and no plugin"
      case .password: "a password in its configuration, and no plugin"
      case .none: "no credential in its configuration, and so no plugin"
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

extension Message.StringInterpolation {
  fileprivate mutating func appendInterpolation(place namespace: String?) {
    if let namespace { appendInterpolation(" in the namespace \(untrusted: namespace)" as Message) }
  }
}
