import OpenIDConnect
import TokenExchange

extension Diagnosis {
  init(_ error: GrantError, _ request: LoginRequest) {
    switch error {
    case .transport(let error, let url, let timeout):
      self.init(error, to: url, timeout: timeout)
      if error == .bodyTooLarge { hint = Self.issuerHint(request) }
    case .oauth(let error, let url):
      self.init(
        "Dex at \(url: url) rejected the sign-in: \(error.message)",
        hint: error.loginHint(request), exitCode: .oauthError)
    case .invalidResponse(let response, let url):
      self.init(response, from: url)
      if Self.isAboutEndpoint(response.reason) { hint = Self.issuerHint(request) }
    case .invalidDeviceAuthorization(let url):
      self.init(
        "the response from \(url: url) lacks device_code, user_code or verification_uri",
        hint: "is --issuer Dex's issuer, and is it Dex 2.29 or later?", exitCode: .invalidResponse)
    case .missingIDToken(let url):
      self.init(
        "the response from \(url: url) has no id_token",
        hint: request.scopes.contains("openid")
          ? "is --issuer an OpenID Connect issuer?" : "add openid to --scopes",
        exitCode: .invalidResponse)
    case .idTokenNotJWT(let url):
      self.init(
        "the id_token in the response from \(url: url) is not a JWT",
        hint: "is --issuer an OpenID Connect issuer?", exitCode: .invalidResponse)
    case .subjectChanged(let url):
      self.init(
        """
        the refreshed token from \(url: url) belongs to another user: its sub differs from the \
        sign-in's
        """,
        hint: "sign in again with login --force, and check why Dex's connector changed the user",
        exitCode: .invalidResponse)
    case .nonceMismatch(let url):
      self.init(
        "the id_token in the response from \(url: url) is not for this sign-in",
        hint: "its nonce differs from the one that was sent: does --issuer point to Dex?",
        exitCode: .invalidResponse)
    case .abandoned:
      self.init(
        "the sign-in at \(authority: request.issuer) ended because no process waits for its result",
        hint: "the process that started this one, or the reader of its output, has ended",
        exitCode: .loginRequired)
    case .notCompleted(let seconds):
      self.init(
        "the sign-in at \(authority: request.issuer) was not completed within \(duration: seconds)",
        hint: "run this again; Dex shows errors only on its page in the browser",
        exitCode: .loginRequired)
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
    let client: Message = "\(client: request)"
    switch code {
    case "unsupported_grant_type":
      return """
        add urn:ietf:params:oauth:grant-type:device_code and refresh_token to oauth2.grantTypes \
        in Dex's config.yaml, or omit that list
        """
    case "invalid_client":
      return "Dex has no client \(client), its secret is wrong, or it is public and needs none"
    case "unauthorized_client":
      return "allow the device_code grant for the client \(client) in Dex's config.yaml"
    case "access_denied":
      return "the sign-in was denied on Dex's page; run this again to retry"
    case "invalid_scope":
      return """
        check --scopes (sent: \(untrusted: request.allScopes.joined(separator: " "))) and --audience
        """
    case "server_error":
      return "check Dex's log; every client in --audience must list \(client) in its trustedPeers"
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
