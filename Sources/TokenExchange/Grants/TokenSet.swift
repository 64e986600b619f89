import FoundationEssentials

/// What a sign-in or a refresh brings.
public struct TokenSet: Sendable, Equatable {
  /// The ID token: the credential.
  public var idToken: IssuedToken
  /// What brings the next one without asking the person, if Dex gave it.
  public var refreshToken: Secret?

  /// Reads the answer of the token endpoint.
  init(
    answer: HTTPResponse, to request: LoginRequest, now: Date
  ) throws(Problem) {
    let members = try TokenResponse.members(of: answer, from: request.tokenURL) {
      .loginRefused($0, request, request.tokenURL)
    }
    guard members["id_token"] != nil else { throw .noIDToken(request.tokenURL, request.scopes) }
    idToken = try IssuedToken(
      members: members, member: "id_token", expected: request.expectation, now: now)
    // Who signed in, and whether it is for this cluster, must be there to be read.
    guard idToken.jwt != nil else { throw .idTokenIsNoJWT(request.tokenURL) }
    refreshToken = members["refresh_token"]?.string.flatMap { $0.isEmpty ? nil : Secret($0) }
  }
}
