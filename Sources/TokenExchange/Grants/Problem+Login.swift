/// What can go wrong while a person signs in.
extension Problem {
  /// Dex said no.
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
        "Dex has no client \(client), or its secret is another one, or it is public and has none: "
          + "then leave the secret out"
      case "unauthorized_client":
        "let the client \(client) use the device_code grant in Dex's config.yaml"
      case "access_denied": "the person who was asked said no; run this again to ask once more"
      case "invalid_scope":
        "check --scopes (sent: \(request.allScopes.joined(separator: " ").sanitized())) and "
          + "--audience"
      case "server_error":
        "Dex's log at this moment says more; a client of --audience must list \(client) in its "
          + "trustedPeers"
      default: "Dex's log at this moment says more"
      }
    return Problem(
      .refused, "Dex at \(url.text) refused the sign-in: \(refusal.words)", hint: hint)
  }

  /// The answer is no device authorization.
  static func notDeviceEndpoint(_ url: EndpointURL) -> Problem {
    Problem(
      .answer, "the answer of \(url.text) holds no device_code, user_code and verification_uri",
      hint: "is --issuer Dex's, and is it Dex 2.29 or later?")
  }

  /// No ID token came.
  static func noIDToken(_ url: EndpointURL, _ scopes: [String]) -> Problem {
    Problem(
      .answer, "the answer of \(url.text) has no id_token",
      hint: scopes.contains("openid")
        ? "is --issuer an OpenID Connect issuer?" : "add openid to --scopes")
  }

  /// The ID token is something else.
  static func idTokenIsNoJWT(_ url: EndpointURL) -> Problem {
    Problem(
      .answer, "the id_token in the answer of \(url.text) is not a JWT",
      hint: "is --issuer an OpenID Connect issuer?")
  }

  /// A refresh turned one person into another.
  static func otherPerson(_ url: EndpointURL) -> Problem {
    Problem(
      .answer,
      "the token that \(url.text) gave for the refresh token is another person's: its sub is not "
        + "that of the sign-in",
      hint: "sign in anew with login --force, and look why Dex's connector changed who this is")
  }

  /// Nobody signed in while the code was good.
  static func codeExpired(_ request: LoginRequest, seconds: Double) -> Problem {
    Problem(
      .signIn, "nobody signed in at \(request.issuer.authority) within \(Lifetime.words(seconds))",
      hint: "run it again; Dex also says nothing when somebody is denied, or when it has no client "
        + "\(request.clientID.sanitized(maxLength: 100)): then its page showed that")
  }

  /// The same with a hint for `login`, which takes an issuer and no token URL.
  func ofLogin(_ request: LoginRequest) -> Problem {
    var problem = self
    if category == .answer, hint.contains("--token-url") || hint.contains("/token") {
      problem.hint =
        "--issuer must be the issuer: of Dex's config.yaml, character by character and with its "
        + "path, often /dex: \(request.issuer.text)/.well-known/openid-configuration says which"
    }
    return problem
  }
}
