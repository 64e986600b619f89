import Encoding
import FoundationEssentials
import OpenIDConnect
import TokenExchange

extension Diagnosis {
  /// The message of a failed sign-in.
  init(_ error: LoginError) {
    switch error {
    case .noTerminal(let issuer, let command, let flag):
      let advice: Message =
        flag.map { "\(option: $0) stores nothing, so that every run needs a terminal: omit it; " }
        ?? ""
      self.init(
        "a sign-in at \(authority: issuer) is required, and stderr is not a terminal",
        hint: "\(advice)run this first, in a terminal: \(example: command)",
        exitCode: .loginRequired)
    case .signInElsewherePending(let issuer, let processID, let seconds):
      self.init(
        """
        the sign-in at \(authority: issuer) that process \(untrusted: processID) started was \
        not completed within \(duration: seconds)
        """,
        hint: "complete that sign-in or end that process, then run this again",
        exitCode: .loginRequired)
    case .signInElsewhereFailed(let issuer, let command):
      self.init(
        "the sign-in at \(authority: issuer) that another process started was not completed",
        hint: "run this again, or sign in by hand: \(example: command)", exitCode: .loginRequired)
    }
  }
}

extension Diagnosis {
  /// The message about a failed sign-in or refresh.
  init(_ error: DeviceFlowError, _ request: LoginRequest) {
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
        "the response of \(url: url) lacks device_code, user_code or verification_uri",
        hint: "is --issuer Dex's issuer, and is it Dex 2.29 or later?")
    case .missingIDToken(let url):
      self.init(
        .invalidResponse, "the response of \(url: url) has no id_token",
        hint: request.scopes.contains("openid")
          ? "is --issuer an OpenID Connect issuer?" : "add openid to --scopes")
    case .idTokenNotJWT(let url):
      self.init(
        .invalidResponse, "the id_token in the response of \(url: url) is not a JWT",
        hint: "is --issuer an OpenID Connect issuer?")
    case .subjectChanged(let url):
      self.init(
        .invalidResponse,
        """
        the refreshed token of \(url: url) belongs to another user: its sub differs from the \
        sign-in's
        """,
        hint: "sign in again with login --force, and check why Dex's connector changed the user")
    case .codeExpired(let seconds):
      self.init(
        .loginRequired,
        """
        the sign-in at \(authority: request.issuer) was not completed within \(duration: seconds)
        """,
        hint: """
          run this again; only Dex's page shows that a sign-in was denied or that there is no \
          client \(untrusted: request.clientID, maxLength: 100)
          """)
    }
    let secrets = request.clientSecret.map { [$0] } ?? []
    self = redacted(by: Redaction(secrets))
  }

  /// Whether the usual hint asks for an issuer or a token URL; `login` takes an issuer only.
  private static func isAboutEndpoint(_ reason: InvalidResponse.Reason) -> Bool {
    switch reason {
    case .redirect, .notFound, .empty, .html, .notJSONObject, .invalidErrorMember: true
    case .token(.missing), .token(.notAString), .token(.empty), .token(.invalidCharacters),
      .token(.issuer), .token(.opaque):
      true
    case .serverError, .plainHTTPToTLSPort, .unexpectedStatus, .clientCertificateRequired, .notJSON,
      .token:
      false
    }
  }

  private static func issuerHint(_ request: LoginRequest) -> Message {
    """
    --issuer must equal issuer: in Dex's config.yaml, with its path, often /dex: compare \
    \(url: request.issuer)/.well-known/openid-configuration
    """
  }
}

extension OAuthError {
  /// What an error of the device flow usually means.
  fileprivate func loginHint(_ request: LoginRequest) -> Message {
    let client: Message = "\(untrusted: request.clientID, maxLength: 100)"
    switch code {
    case "unsupported_grant_type":
      return """
        list urn:ietf:params:oauth:grant-type:device_code and refresh_token in oauth2.grantTypes \
        of Dex's config.yaml, or leave that list out
        """
    case "invalid_client":
      return """
        Dex has no client \(client), its secret differs, or the client is public: then omit the \
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
        check Dex's log; every client of --audience must list \(client) in its trustedPeers
        """
    default: return "check Dex's log"
    }
  }
}

extension DeviceFlowEvent {
  /// A line for `--verbose`.
  func line(_ request: LoginRequest) -> String {
    switch self {
    case .response(let url, let status, let count, let seconds):
      "POST \(url.text): \(status), \(count) bytes, \(Int(seconds * 1000)) ms"
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
    case .openPage(let device, let issuer):
      [
        "To sign in at \(authority: issuer), open",
        "    \(untrusted: device.verificationURIComplete ?? device.verificationURI, maxLength: 1000)",
        """
        and confirm the code \(untrusted: device.userCode) within \(duration: device.expiresIn).
        """,
      ]
    case .pageNotServedByIssuer(let issuer):
      ["Warning: this page is not served over HTTPS by \(authority: issuer)."]
    case .waitingForProcess(let processID, let issuer):
      [
        """
        Waiting for the sign-in at \(authority: issuer) that process \(untrusted: processID) \
        started.
        """
      ]
    case .signedIn(let user): [Message(user)]
    case .tokensNotStored:
      [
        """
        The tokens could not be stored, so the next run requires a new sign-in; --verbose shows why.
        """
      ]
    case .noRefreshToken:
      [
        """
        Dex returned no refresh token, so a new sign-in is required when this token expires: list \
        refresh_token in oauth2.grantTypes of Dex's config.yaml, and use a connector that supports \
        refresh.
        """
      ]
    }
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
    let groups = Message(groups: user.groups, more: user.moreGroups)
    self = "Signed in as \(name), \(groups), \(expiry)\(end)"
  }

  /// The first groups, and the number of the others.
  init(groups: [String], more: Int) {
    guard !groups.isEmpty else {
      self = "in no groups"
      return
    }
    let others: Message = more > 0 ? " and \(more) more" : ""
    self = "in the groups \(untrusted: groups, maxLength: 60)\(others)"
  }
}

extension Message.StringInterpolation {
  fileprivate mutating func appendInterpolation(time date: Date, relativeTo now: Date) {
    appendLiteral(DurationText.relative(date, to: now))
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
