import Platform
import TokenExchange

extension DoctorReport.Finding {
  init(_ finding: APIServerFinding) {
    switch finding {
    case .error(let error): self.init(error)
    case .certificateNotVerified(let url):
      self.init(
        .apiServerNotVerified,
        warning: """
          the API server's certificate is not verified: anyone between here and \
          \(authority: url) can read the token
          """,
        hint: "replace insecure-skip-tls-verify with the API server's CA")
    case .composedUsername(let user):
      self.init(
        .apiServerComposesUsername,
        warning:
          "the API server sees the user \(untrusted: user), which is not a claim of the token",
        hint: "its username expression composes the name: bind exactly this name in RBAC")
    case .mapsSubject(let user):
      self.init(
        .apiServerMapsSub,
        warning: "the API server maps sub: the username is the opaque \(untrusted: user)",
        hint: """
          bind exactly this name in RBAC (generate rbac computes it), or map \
          federated_claims.user_id in an AuthenticationConfiguration
          """)
    case .mapsUnsafeClaim(let claim, let user):
      self.init(
        .apiServerMapsUnsafeClaim,
        warning: """
          the API server maps \(option: claim.rawValue): others can also become the user \
          \(untrusted: user)
          """,
        hint: """
          map federated_claims.user_id and check federated_claims.connector_id: \
          \(option: claim.rawValue) is not unique across connectors
          """)
    }
  }

  private init(_ error: APIServerError) {
    switch error {
    case .transport(let error, let url, let timeout):
      self.init(.apiServerConnection, Diagnosis(error, to: url, timeout: timeout))
      switch error {
      case .tls(.unknownIssuer):
        identifier = .apiServerUnknownAuthority
        diagnosis.hint = """
          pass its CA with --server-ca or --server-ca-data: certificate-authority-data of a \
          kubeconfig that works
          """
      case .tls(.noSubjectAlternativeName): identifier = .noSubjectAlternativeName
      case .noTrustStore, .unreadableTrustStore:
        diagnosis.hint = "pass the API server's CA with --server-ca or --server-ca-data"
      case .nameResolution(let error) where error.isServerFailure: break
      case .nameResolution, .connectionRefused:
        diagnosis.hint = "take --server from the kubeconfig or the Argo CD cluster Secret"
      default: break
      }
    case .unauthorized(let server, let observed):
      let token: Message =
        observed.method == .tokenFile ? "the token in the file" : "Dex's token"
      self.init(
        .apiServerUnauthorized,
        "the API server \(untrusted: server.text) returned 401 Unauthorized for \(token)",
        hint: observed.unauthorizedHint, exitCode: .oauthError)
    case .forbidden(let server, let message):
      self.init(
        .apiServerForbidden,
        """
        the API server \(untrusted: server.text) returned 403: \
        \(untrusted: message ?? "no message")
        """,
        hint: """
          the token is valid; if the user is system:anonymous, a proxy removed the token, otherwise \
          bind the role system:basic-user to system:authenticated
          """,
        exitCode: .oauthError)
    case .notAPIServer(let server, let status):
      self.init(
        .notAPIServer, "\(untrusted: server.text) returned \(status) without a SelfSubjectReview",
        hint: "is it the URL of an API server, and of Kubernetes 1.28 or later?",
        exitCode: .invalidResponse)
    }
  }

  /// The message about the rights of the user.
  init(_ finding: AccessFinding) {
    switch finding {
    case .error(.forbidden(let server, let message)):
      self.init(
        .accessUnknown,
        warning: """
          the user may not list its own rights: \(untrusted: server.text) returned 403: \
          \(untrusted: message ?? "no message")
          """,
        hint: "bind the role system:basic-user to system:authenticated")
    case .error(let error): self.init(error)
    case .invalidQuestion(let text):
      self.init(
        .accessInvalidQuestion, "invalid value \(word: text) for --can",
        hint: "write VERB:RESOURCE, such as list:pods, get:deployments.apps or get:/metrics")
    case .denied(let question, let namespace, let user):
      let action = String(question.text.map { $0 == ":" ? " " : $0 })
      let place: Message = namespace.map { " in the namespace \(untrusted: $0)" } ?? ""
      self.init(
        .accessDenied, "\(untrusted: user) may not \(untrusted: action)\(place)",
        hint: "bind a role to exactly this user or one of its groups: generate rbac prints it",
        exitCode: .oauthError)
    case .noRights(let namespaces, let isGiven, let user):
      let place: Message =
        isGiven
        ? "in \(list: namespaces)" : "in the whole cluster or in the namespace \(list: namespaces)"
      self.init(
        .accessNone, "\(untrusted: user) has no rights \(place): every request there is Forbidden",
        hint: isGiven
          ? "bind a role to exactly this user or one of its groups: generate rbac prints it"
          : "pass --namespace for a namespace with a RoleBinding, or bind a role: generate rbac",
        exitCode: isGiven ? .oauthError : .done)
    case .argoCDCannotList(let user):
      self.init(
        .accessArgoCD,
        warning: "\(untrusted: user) may not list all objects of the cluster, as Argo CD does",
        hint: """
          bind cluster-admin or a role with get, list and watch on *, or limit the Secret with \
          namespaces: generate argocd-cluster --namespaces
          """)
    }
  }
}

extension TokenObservations {
  /// The likely causes of a 401; observed ones come first, and excluded ones are omitted.
  fileprivate var unauthorizedHint: Message {
    let issuer: Message = method == .tokenFile ? "the issuer" : "Dex"
    var causes: [Message] = []
    if isKeyPublished == false {
      causes.append("\(issuer) does not publish the token's key (see above)")
    }
    if let clockDifference {
      causes.append(
        """
        the clocks differ: this machine is \(clockDifference) \(issuer), and the API server may \
        agree with either
        """)
    }
    if absentClaims.contains(.federatedUserID), method != .tokenFile {
      causes.append(
        "it maps federated_claims, which the token lacks: request the scope federated:id")
    }
    causes.append(
      audiences.isEmpty
        ? "the token has no audience"
        : "its client ID or audiences include none of \(list: audiences)"
    )
    causes.append(
      "it does not trust the issuer \(untrusted: self.issuer ?? "(none)") (compared exactly)")
    if method == .tokenFile {
      causes.append("a claimValidationRule rejects the token")
    } else {
      let absent: Message =
        absentClaims.isEmpty ? "" : " (absent here: \(choices: absentClaims.map(\.rawValue)))"
      let email: Message = isEmailUnverified ? ", or email, which is not verified" : ""
      causes.append(
        """
        it maps a claim that is not in the token\(absent)\(email), or a claimValidationRule \
        rejects the token
        """)
    }
    if isKeyPublished != false {
      causes.append(
        """
        it cannot fetch the keys of \(issuer): check DNS, network and CA (--oidc-ca-file, \
        certificateAuthority)
        """)
    }
    let list = causes.enumerated().map { "(\($0.offset + 1)) \($0.element)" as Message }
    return """
      likely: \(list.dropFirst().reduce(list[0]) { "\($0); \($1)" }); its log has the reason next to \
      "Unable to authenticate the request"
      """
  }
}
