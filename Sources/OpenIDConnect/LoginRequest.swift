import Encoding
package import TokenExchange

/// What a sign-in requests from Dex.
package struct LoginRequest: Sendable, Equatable {
  /// Dex's issuer; the endpoints are below it.
  package var issuer: EndpointURL
  /// The client ID of the target cluster.
  package var clientID: String
  /// The secret of a confidential client.
  package var clientSecret: Secret?
  /// The scopes, without those that `audiences` adds.
  package var scopes: [String]
  /// The client IDs to request as `aud`; the client's own if there are none.
  package var audiences: [String]

  /// Makes a request.
  package init(
    issuer: EndpointURL, clientID: String, clientSecret: Secret? = nil, scopes: [String],
    audiences: [String] = []
  ) {
    self.issuer = issuer
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.scopes = scopes
    self.audiences = audiences
  }

  /// The scopes to send, without duplicates.
  package var allScopes: [String] {
    DexScope.all(scopes, audiences: audiences)
  }

  /// The device authorization endpoint (RFC 8628, section 3.1).
  package var deviceURL: EndpointURL { issuer.appending("/device/code") }

  /// The authorization endpoint.
  package var authorizationURL: EndpointURL { issuer.appending("/auth") }

  /// The token endpoint.
  package var tokenURL: EndpointURL { issuer.appending("/token") }

  /// The claims that the ID token must have.
  package var expectation: ExpectedClaims {
    ExpectedClaims(
      issuer: issuer.text, audiences: audiences.isEmpty ? [clientID] : audiences)
  }

  /// The device authorization request; Dex reads the client secret only from its form.
  func device(userAgent: String) -> HTTPRequest {
    let authentication = clientSecret.map { ClientAuthentication.post($0) } ?? .none
    return .form(
      authentication.fields(clientID: clientID)
        + [.init("scope", allScopes.joined(separator: " "))],
      to: deviceURL, userAgent: userAgent)
  }

  /// The device access token request (RFC 8628, section 3.4).
  func poll(_ deviceCode: Secret, userAgent: String) -> HTTPRequest {
    token(
      [
        .init("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        .init("device_code", deviceCode.revealed),
      ], userAgent)
  }

  /// The URL of an authorization request (RFC 6749, section 4.1.1).
  func authorizationURL(
    _ fields: [FormEncoding.Field], redirectURI: String, at url: EndpointURL? = nil
  ) -> String {
    let common: [FormEncoding.Field] = [
      .init("client_id", clientID), .init("redirect_uri", redirectURI),
      .init("scope", allScopes.joined(separator: " ")),
    ]
    let query = String(decoding: FormEncoding.body(common + fields), as: UTF8.self)
    return (url ?? authorizationURL).text + "?" + query
  }

  /// The access token request (RFC 6749, section 4.1.3).
  func redeem(
    _ code: Secret, of authorization: AuthorizationCodeRequest, userAgent: String
  ) -> HTTPRequest {
    token(
      [
        .init("grant_type", "authorization_code"), .init("code", code.revealed),
        .init("redirect_uri", authorization.redirectURI),
        .init("code_verifier", authorization.codeVerifier.revealed),
      ], userAgent)
  }

  /// The refresh request (RFC 6749, section 6).
  func refresh(_ refreshToken: Secret, userAgent: String) -> HTTPRequest {
    token(
      [.init("grant_type", "refresh_token"), .init("refresh_token", refreshToken.revealed)],
      userAgent)
  }

  /// Text of Dex without the client secret, sanitized.
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
