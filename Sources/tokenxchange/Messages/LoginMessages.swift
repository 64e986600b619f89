import Encoding
import FoundationEssentials
import Glibc
import OpenIDConnect
import TokenExchange

extension Diagnosis {
  /// The message of a failed sign-in.
  init(_ error: LoginError) {
    switch error {
    case .noTerminal(let issuer, let remedy, let noCache):
      self.init(
        """
        a sign-in at \(authority: issuer) is required, and stderr is not a terminal\
        \(noCache.map { "; \(Message($0))" as Message } ?? "")
        """,
        hint: noCache?.hint(remedy) ?? "run this first, in a terminal: \(remedy)",
        exitCode: .loginRequired)
    case .signInElsewherePending(let issuer, let processID, let seconds):
      self.init(
        """
        the sign-in at \(authority: issuer) that process \(processID) started was not completed \
        within \(duration: seconds)
        """,
        hint: "complete that sign-in or end that process, then run this again",
        exitCode: .loginRequired)
    case .signInElsewhereFailed(let issuer, let remedy):
      self.init(
        "the sign-in at \(authority: issuer) that another process started was not completed",
        hint: "run this again in a terminal: \(remedy)", exitCode: .loginRequired)
    case .unknownClient(let request):
      self.init(
        .oauthError,
        "Dex at \(url: request.issuer) has no client \(untrusted: request.clientID, maxLength: 100)",
        hint: "compare --client-id with staticClients in Dex's config.yaml")
    case .redirectNotAllowed(let request, let uri):
      self.init(
        .oauthError,
        """
        the client \(untrusted: request.clientID, maxLength: 100) does not allow the redirect to \
        \(untrusted: uri, maxLength: 100)
        """,
        hint: """
          in Dex's config.yaml make it public without redirectURIs, or list a URI with a fixed port \
          and pass --listen-port; or use --flow=device
          """)
    case .devicePageNotAllowed(let request, let uri):
      self.init(
        .oauthError,
        """
        the client \(untrusted: request.clientID, maxLength: 100) does not allow the redirect to \
        \(untrusted: uri, maxLength: 100), which Dex's device code page requires
        """,
        hint: """
          use --flow=browser on a machine with a browser, or another client, whose redirectURIs list \
          \(deviceCallbacks: request.issuer)
          """)
    case .noFlowAllowed(let request, let uri):
      self.init(
        .oauthError,
        """
        the client \(untrusted: request.clientID, maxLength: 100) allows no sign-in: neither the \
        redirect to this machine nor the one to \(untrusted: uri, maxLength: 100)
        """,
        hint: """
          in Dex's config.yaml make it public without redirectURIs (browser), or list \
          \(deviceCallbacks: request.issuer) (device)
          """)
    case .notLoginContext(let name):
      self.init(
        .usage, "the user of the context \(quoted: name) does not run tokenxchange login",
        hint: "tokenxchange generate kubeconfig --auth=login writes one that does")
    case .cannotListen(let port?, let code):
      self.init(
        .unexpected, "cannot listen on 127.0.0.1:\(port): \(reason: code)",
        hint: "end the program that uses port \(port), or pass another --listen-port")
    case .cannotListen(nil, let code):
      self.init(
        .unexpected, "cannot listen on 127.0.0.1: \(reason: code)",
        hint: "use --flow=device")
    }
  }
}

extension Message {
  /// Why no tokens are stored.
  fileprivate init(_ reason: LoginError.NoCacheReason) {
    switch reason {
    case .flag(let flag): self = "with \(option: flag), no tokens are stored"
    case .unusable(let error): self = "no tokens are stored: \(Message(error))"
    }
  }
}

extension LoginError.NoCacheReason {
  /// How to store tokens, and what to run then.
  fileprivate func hint(_ remedy: LoginError.Remedy) -> Message {
    switch self {
    case .flag(let flag): "omit \(option: flag), and run this first, in a terminal: \(remedy)"
    case .unusable: "set --cache-dir, and run this first, in a terminal: \(remedy)"
    }
  }
}

extension Message.StringInterpolation {
  /// What to run in a terminal.
  fileprivate mutating func appendInterpolation(_ remedy: LoginError.Remedy) {
    switch remedy {
    case .kubectl:
      appendLiteral(
        "kubectl auth whoami, or tokenxchange login --kubeconfig=FILE --context=NAME")
    case .command(let command): appendInterpolation(example: command)
    }
  }

  /// The redirect URIs that the device flow needs, which depend on Dex's version.
  fileprivate mutating func appendInterpolation(deviceCallbacks issuer: EndpointURL) {
    appendLiteral("/device/callback")
    guard !issuer.path.isEmpty else { return }
    appendInterpolation(" and \(untrusted: issuer.path, maxLength: 100)/device/callback" as Message)
  }

  /// The system's message for an error number.
  fileprivate mutating func appendInterpolation(reason code: Int32) {
    appendLiteral(String(cString: strerror(code)))
  }
}

extension Diagnosis {
  /// The message about a failed sign-in or refresh.
  init(_ error: GrantError, _ request: LoginRequest) {
    switch error {
    case .transport(let error, let url, let timeout):
      self.init(error, to: url, timeout: timeout)
      if error == .bodyTooLarge { hint = Self.issuerHint(request) }
    case .oauth(let error, let url):
      self.init(
        .oauthError, "Dex at \(url: url) refused the sign-in: \(error.message)",
        hint: error.loginHint(request))
    case .invalidResponse(let response, let url):
      self.init(response, from: url)
      if Self.isAboutEndpoint(response.reason) { hint = Self.issuerHint(request) }
    case .invalidDeviceAuthorization(let url):
      self.init(
        .invalidResponse,
        "the response from \(url: url) lacks device_code, user_code or verification_uri",
        hint: "is --issuer Dex's issuer, and is it Dex 2.29 or later?")
    case .missingIDToken(let url):
      self.init(
        .invalidResponse, "the response from \(url: url) has no id_token",
        hint: request.scopes.contains("openid")
          ? "is --issuer an OpenID Connect issuer?" : "add openid to --scopes")
    case .idTokenNotJWT(let url):
      self.init(
        .invalidResponse, "the id_token in the response from \(url: url) is not a JWT",
        hint: "is --issuer an OpenID Connect issuer?")
    case .subjectChanged(let url):
      self.init(
        .invalidResponse,
        """
        the refreshed token from \(url: url) belongs to another user: its sub differs from the \
        sign-in's
        """,
        hint: "sign in again with login --force, and check why Dex's connector changed the user")
    case .nonceMismatch(let url):
      self.init(
        .invalidResponse, "the id_token in the response from \(url: url) is not for this sign-in",
        hint: "its nonce differs from the one that was sent: does --issuer point to Dex?")
    case .abandoned:
      self.init(
        .loginRequired,
        "the sign-in at \(authority: request.issuer) was ended, because no process waits for its result",
        hint: "the process that started this one, or the reader of its output, has ended")
    case .notCompleted(let seconds):
      self.init(
        .loginRequired,
        """
        the sign-in at \(authority: request.issuer) was not completed within \(duration: seconds)
        """,
        hint: """
          run this again; Dex shows errors only on its page in the browser
          """)
    }
    let secrets = request.clientSecret.map { [$0] } ?? []
    self = redacted(by: Redaction(secrets))
  }

  /// Whether the usual hint names --issuer or --token-url; `login` has only --issuer.
  private static func isAboutEndpoint(_ reason: InvalidResponse.Reason) -> Bool {
    switch reason {
    case .redirect, .notFound, .empty, .html, .notJSONObject, .invalidErrorMember: true
    case .token(.missing), .token(.notAString), .token(.empty), .token(.invalidCharacters),
      .token(.issuer), .token(.opaque):
      true
    case .serverError, .plainHTTPToTLSPort, .unexpectedStatus, .clientCertificateRequired, .notJSON,
      .duplicateMember, .token:
      false
    }
  }

  private static func issuerHint(_ request: LoginRequest) -> Message {
    """
    --issuer must equal issuer in Dex's config.yaml, including its path, often /dex: see \
    \(url: request.issuer)/.well-known/openid-configuration
    """
  }
}

extension OAuthError {
  /// What an error of a sign-in usually means.
  fileprivate func loginHint(_ request: LoginRequest) -> Message {
    let client: Message = "\(untrusted: request.clientID, maxLength: 100)"
    switch code {
    case "unsupported_grant_type":
      return """
        add urn:ietf:params:oauth:grant-type:device_code and refresh_token to oauth2.grantTypes \
        in Dex's config.yaml, or omit that list
        """
    case "invalid_client":
      return """
        Dex has no client \(client), the secret is wrong, or the client is public: then omit the \
        secret
        """
    case "unauthorized_client":
      return "allow the device_code grant for the client \(client) in Dex's config.yaml"
    case "access_denied":
      return "the sign-in was denied on Dex's page; run this again to retry"
    case "invalid_scope":
      return """
        check --scopes (sent: \(untrusted: request.allScopes.joined(separator: " "))) and --audience
        """
    case "server_error":
      return """
        check Dex's log; every client in --audience must list \(client) in its trustedPeers
        """
    default: return "check Dex's log"
    }
  }
}

extension LoginEvent {
  /// A line for `--verbose`.
  func line(_ request: LoginRequest) -> String {
    switch self {
    case .response(let method, let url, let status, let count, let seconds):
      "\(method) \(url.text): \(status), \(count) bytes, \(Int(seconds * 1000)) ms"
    case .refreshTokenRejected(let error):
      "the refresh token was rejected: \(error.message.text)"
    case .pollFailed(let error):
      "\(Diagnosis(error, request).message.text); polling continues"
    }
  }
}

extension LoginNotice {
  /// What the user reads, line by line.
  var lines: [Message] {
    switch self {
    case .openPage(let page, let issuer, let now):
      Self.lines(page, issuer, now)
    case .pageNotServedByIssuer(let issuer):
      ["Warning: this page is not served over HTTPS by \(authority: issuer)."]
    case .startedByProcess(let id):
      ["Process \(id) started this sign-in; this terminal continues when it is complete."]
    case .takesOver(let id):
      ["Process \(id) ended before its sign-in was complete; this one starts another."]
    case .usesDeviceFlow(let clientID):
      [
        """
        The client \(untrusted: clientID, maxLength: 100) allows no redirect to this machine, so \
        the device flow is used.
        """
      ]
    case .browserNotStarted(let programs, true):
      [
        """
        Cannot start $BROWSER, \(list: programs): it must be the name of a program, without \
        arguments. Open the page yourself.
        """
      ]
    case .browserNotStarted(let programs, false):
      ["Cannot start a browser (\(list: programs)). Open the page yourself."]
    case .stillWaiting:
      [
        """
        Still waiting for the browser. Check its page: Dex shows some errors only there, such as an \
        unregistered redirect_uri, a login error or a rejected approval. Ctrl-C ends this sign-in.
        """
      ]
    case .signedIn(let user): [Message(user), Message(rbac: user)]
    case .tokensNotStored(nil):
      [
        """
        The tokens could not be stored, so the next run requires a new sign-in; --verbose shows why.
        """
      ]
    case .tokensNotStored(let error?):
      ["The tokens are not stored, so the next run requires a new sign-in: \(Message(error))."]
    case .noRefreshToken:
      [
        """
        Dex returned no refresh token, so a new sign-in is required when this token expires: add \
        refresh_token to oauth2.grantTypes in Dex's config.yaml, and use a connector that supports \
        refresh.
        """
      ]
    }
  }
}

extension LoginNotice {
  private static func lines(
    _ page: SignInPage, _ issuer: EndpointURL, _ now: Double
  ) -> [Message] {
    // The preceding requests took some time.
    let remaining = max(page.end - now, 0)
    let step = remaining > 60 ? 10.0 : 1
    let time: Message = "\(duration: (remaining / step).rounded(.up) * step)"
    guard let code = page.userCode else {
      return [
        "To sign in at \(authority: issuer), open this page in a browser on this machine",
        "    \(page: page.url)", "within \(time).",
      ]
    }
    return [
      "To sign in at \(authority: issuer), open", "    \(page: page.url)",
      "and confirm the code \(untrusted: code) within \(time).",
    ]
  }
}

extension Message {
  /// One line about the user who signed in.
  init(_ user: SignedInUser) {
    let name = user.name.map { "\(untrusted: $0, maxLength: 100)" as Message } ?? "an unknown user"
    let expiry: Message =
      user.expiry.map { "until \(time: $0) (\(time: $0, relativeTo: user.now))" }
      ?? "until an unknown time"
    let end: Message = user.isRenewed ? ", then renewed automatically." : "."
    self = "Signed in as \(name), \(expiry)\(end)"
  }

  /// The names to use in RBAC.
  init(rbac user: SignedInUser) {
    let groups = Message(groups: user.groups, more: user.moreGroups)
    guard let username = user.username else {
      self = """
        In RBAC, as generate api-server maps it: \(groups); no user, because the token lacks \
        federated_claims (scope federated:id).
        """
      return
    }
    self = """
      In RBAC, as generate api-server maps it: user \(untrusted: username, maxLength: 200), \
      \(groups).
      """
  }

  /// The first groups, and the number of the others.
  private init(groups: [String], more: Int) {
    guard !groups.isEmpty else {
      self = "no groups"
      return
    }
    let others: Message = more > 0 ? " and \(more) more" : ""
    let noun: Message = groups.count + more == 1 ? "group" : "groups"
    self = "\(noun) \(untrusted: groups, maxLength: 60)\(others)"
  }

  /// What a refresh changed.
  init(_ change: RefreshChange) {
    self =
      switch change {
      case .lostGroups(let groups):
        """
        the refresh removed \(groups.count == 1 ? "the group" : "the groups") \
        \(untrusted: groups.prefix(20), maxLength: 60) from your token; login --force reads them again
        """
      case .email(let from, let to):
        """
        the refresh changed the email address in your token from \
        \(untrusted: from, maxLength: 100) to \(to.map { "\(untrusted: $0, maxLength: 100)" } ?? "none")
        """
      }
  }
}

extension Message.StringInterpolation {
  fileprivate mutating func appendInterpolation(time date: Date, relativeTo now: Date) {
    appendLiteral(DurationText.relative(date, to: now))
  }

  /// The URL of a page, which must work: only control characters are left out.
  fileprivate mutating func appendInterpolation(page url: String) {
    appendLiteral(String(decoding: url.utf8.filter { (0x21...0x7E).contains($0) }, as: UTF8.self))
  }

  /// Texts of a server, in a list.
  fileprivate mutating func appendInterpolation(
    untrusted texts: some Sequence<String>, maxLength: Int
  ) {
    appendLiteral(texts.map { $0.sanitized(maxLength: maxLength) }.joined(separator: ", "))
  }
}

extension World {
  func show(_ notice: LoginNotice) {
    for line in notice.lines { writeError(line.text) }
  }
}
