/// What a person's sign-in asks of Dex.
public struct LoginRequest: Sendable, Equatable {
  /// Dex's issuer; its endpoints lie below it.
  public var issuer: EndpointURL
  /// The Dex client of the target cluster.
  public var clientID: String
  /// The client's secret, of a confidential client.
  public var clientSecret: Secret?
  /// Scopes as asked for; those that `audiences` stand for are added to them.
  public var scopes: [String]
  /// Client IDs that the token must name in `aud` beside, or instead of, our own.
  public var audiences: [String]

  /// Makes a request.
  public init(
    issuer: EndpointURL, clientID: String, clientSecret: Secret? = nil, scopes: [String],
    audiences: [String] = []
  ) {
    self.issuer = issuer
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.scopes = scopes
    self.audiences = audiences
  }

  /// All scopes that are sent, none twice.
  public var allScopes: [String] {
    DexScope.all(scopes, audiences: audiences)
  }

  /// The endpoint of device codes (RFC 8628, section 3.1).
  public var deviceURL: EndpointURL { issuer.appending("/device/code") }

  /// The token endpoint.
  public var tokenURL: EndpointURL { issuer.appending("/token") }

  /// What the ID token must be.
  public var expectation: ExpectedClaims {
    ExpectedClaims(
      url: tokenURL, issuer: issuer.text, audiences: audiences.isEmpty ? [clientID] : audiences)
  }

  /// Asks for a device code; Dex takes the client's secret here in the form only.
  func device(userAgent: String) -> HTTPRequest {
    let authentication = clientSecret.map { ClientAuthentication.post($0) } ?? .none
    return .form(
      authentication.fields(clientID: clientID)
        + [.init("scope", allScopes.joined(separator: " "))],
      to: deviceURL, userAgent: userAgent)
  }

  /// Asks whether the person has signed in (section 3.4).
  func poll(_ deviceCode: Secret, userAgent: String) -> HTTPRequest {
    token(
      [
        .init("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        .init("device_code", deviceCode.revealed),
      ], userAgent)
  }

  /// Asks for new tokens (RFC 6749, section 6).
  func refresh(_ refreshToken: Secret, userAgent: String) -> HTTPRequest {
    token(
      [.init("grant_type", "refresh_token"), .init("refresh_token", refreshToken.revealed)],
      userAgent)
  }

  /// A text from Dex as it may be shown: without the client's secret.
  package func shown(_ text: String, maxLength: Int = 300) -> String {
    token([], "").shown(text, maxLength: maxLength)
  }

  private func token(_ fields: [FormEncoding.Field], _ userAgent: String) -> HTTPRequest {
    let authentication = clientSecret.map { ClientAuthentication.basic($0) } ?? .none
    return .form(
      fields + authentication.fields(clientID: clientID), to: tokenURL, userAgent: userAgent,
      authorization: authentication.authorization(clientID: clientID))
  }
}
