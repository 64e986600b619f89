/// What can go wrong during a sign-in.
extension Problem {
  /// An OAuth error.
  static func loginRefused(
    _ refusal: OAuthError, _ request: LoginRequest, _ url: EndpointURL
  ) -> Problem {
    let client = request.clientID.sanitized(maxLength: 100)
    let hint =
      switch refusal.code {
      case "unsupported_grant_type":
        "list urn:ietf:params:oauth:grant-type:device_code and refresh_token in oauth2.grantTypes "
          + "of Dex's config.yaml, or leave that list out"
      case "invalid_client":
        "Dex has no client \(client), its secret differs, or the client is public: then omit the "
          + "secret"
      case "unauthorized_client":
        "allow the device_code grant for the client \(client) in Dex's config.yaml"
      case "access_denied": "the sign-in was denied on Dex's page; run this again to retry"
      case "invalid_scope":
        "check --scopes (sent: \(request.allScopes.joined(separator: " ").sanitized())) and "
          + "--audience"
      case "server_error":
        "check Dex's log; every client of --audience must list \(client) in its trustedPeers"
      default: "check Dex's log"
      }
    return Problem(
      .refused, "Dex at \(url.text) refused the sign-in: \(refusal.words)", hint: hint)
  }

  /// The response is not a device authorization.
  static func notDeviceEndpoint(_ url: EndpointURL) -> Problem {
    Problem(
      .answer, "the response of \(url.text) lacks device_code, user_code or verification_uri",
      hint: "is --issuer Dex's issuer, and is it Dex 2.29 or later?")
  }

  static func noIDToken(_ url: EndpointURL, _ scopes: [String]) -> Problem {
    Problem(
      .answer, "the response of \(url.text) has no id_token",
      hint: scopes.contains("openid")
        ? "is --issuer an OpenID Connect issuer?" : "add openid to --scopes")
  }

  static func idTokenIsNoJWT(_ url: EndpointURL) -> Problem {
    Problem(
      .answer, "the id_token in the response of \(url.text) is not a JWT",
      hint: "is --issuer an OpenID Connect issuer?")
  }

  /// A refresh returned a token of another subject.
  static func otherPerson(_ url: EndpointURL) -> Problem {
    Problem(
      .answer,
      "the refreshed token of \(url.text) belongs to another user: its sub differs from the "
        + "sign-in's",
      hint: "sign in again with login --force, and check why Dex's connector changed the user")
  }

  static func codeExpired(_ request: LoginRequest, seconds: Double) -> Problem {
    Problem(
      .signIn,
      "the sign-in at \(request.issuer.authority) was not completed within "
        + Lifetime.words(seconds),
      hint: "run this again; only Dex's page shows that a sign-in was denied or that there is no "
        + "client \(request.clientID.sanitized(maxLength: 100))")
  }

  /// The same with a hint for `login`, which has no --token-url.
  func ofLogin(_ request: LoginRequest) -> Problem {
    var problem = self
    if category == .answer, hint.contains("--token-url") || hint.contains("/token") {
      problem.hint =
        "--issuer must equal issuer: in Dex's config.yaml, with its path, often /dex: compare "
        + "\(request.issuer.text)/.well-known/openid-configuration"
    }
    return problem
  }
}
