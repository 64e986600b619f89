import Encoding
import FoundationEssentials
package import TokenExchange

/// The tokens that a sign-in or a refresh returns.
package struct TokenSet: Sendable, Equatable {
  /// The ID token, which is the credential.
  package var idToken: IssuedToken
  /// Requests the next ID token without a sign-in; nil if the response has none.
  package var refreshToken: Secret?

  init(_ response: HTTPResponse, to request: LoginRequest, now: Date) throws(GrantError) {
    let url = request.tokenURL
    let members = try GrantError.members(of: response, from: url)
    guard members["id_token"] != nil else { throw .missingIDToken(url) }
    do throws(InvalidToken) {
      idToken = try IssuedToken(members: members, member: "id_token", sent: now)
      try request.expectation.validate(idToken, now: now)
    } catch {
      throw .invalidResponse(
        InvalidResponse(.token(error.redacted(for: response)), status: response.status), url)
    }
    // The issuer, the user and the audience must be readable.
    guard idToken.jwt != nil else { throw .idTokenNotJWT(url) }
    refreshToken = members["refresh_token"]?.string.flatMap { $0.isEmpty ? nil : Secret($0) }
  }
}
