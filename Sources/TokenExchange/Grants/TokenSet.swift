import FoundationEssentials

/// The tokens that a sign-in or a refresh returns.
public struct TokenSet: Sendable, Equatable {
  /// The ID token, which is the credential.
  public var idToken: IssuedToken
  /// Requests the next ID token without a sign-in; nil if the response has none.
  public var refreshToken: Secret?

  /// Makes a set.
  package init(idToken: IssuedToken, refreshToken: Secret?) {
    self.idToken = idToken
    self.refreshToken = refreshToken
  }

  /// Reads the response of the token endpoint.
  init(_ response: HTTPResponse, to request: LoginRequest, now: Date) throws(Problem) {
    let members = try TokenResponse.members(of: response, from: request.tokenURL) {
      .loginRefused($0, request, request.tokenURL)
    }
    guard members["id_token"] != nil else { throw .noIDToken(request.tokenURL, request.scopes) }
    idToken = try IssuedToken(
      members: members, member: "id_token", expected: request.expectation, now: now)
    // The issuer, the user and the audience must be readable.
    guard idToken.jwt != nil else { throw .idTokenIsNoJWT(request.tokenURL) }
    refreshToken = members["refresh_token"]?.string.flatMap { $0.isEmpty ? nil : Secret($0) }
  }
}
