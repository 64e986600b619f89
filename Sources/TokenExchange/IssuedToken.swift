package import Encoding
public import FoundationEssentials

/// The token in a response.
public struct IssuedToken: Sendable, Equatable {
  /// The token.
  public var secret: Secret
  /// Its header and claims; nil if it is opaque.
  ///
  /// They are not verified: the token came over verified TLS from its issuer, and the API server
  /// verifies it.
  public var jwt: UnverifiedJWT?
  /// When it expires: `exp`, else the time of the request plus `expires_in`; nil if neither is
  /// known.
  public var expiry: Date?
  /// `issued_token_type` of the response.
  public var issuedTokenType: String?
  /// `token_type` of the response.
  public var tokenType: String?

  /// Reads and validates the response to a token request.
  ///
  /// - Parameters:
  ///   - response: The response, whatever its status.
  ///   - request: The exchange.
  ///   - sent: When the request was sent; `expires_in` counts from there.
  ///   - now: The current time.
  /// - Throws: An OAuth error or why the response is invalid.
  package init(
    response: HTTPResponse, to request: TokenExchangeRequest, sent: Date, now: Date
  ) throws(TokenResponseError) {
    let members = try TokenResponse.members(of: response)
    do throws(InvalidToken) {
      try self.init(members: members, member: "access_token", sent: sent)
      try request.expectedClaims.validate(self, now: now)
      // RFC 8693 puts the requested token into access_token, whatever its type.
      guard jwt != nil || request.requestedTokenType != .idToken else {
        throw .opaque(hasIDToken: members["id_token"]?.string != nil)
      }
    } catch {
      throw .invalidResponse(
        InvalidResponse(.token(error.redacted(for: response)), status: response.status))
    }
  }

  /// How long the token is valid.
  ///
  /// - Parameter now: The local time; if that clock is slow, the time between `iat` and `exp`
  ///   counts.
  /// - Returns: Seconds; nil if unknown.
  public func lifetime(at now: Date) -> Double? {
    guard let expiry else { return nil }
    let rest = expiry.timeIntervalSince(now)
    guard let span = jwt?.issuedAt.map(expiry.timeIntervalSince), span > 0 else { return rest }
    return min(rest, span)
  }

  /// Reads a token from a response's members.
  package init(members: JSON.Object, member name: String, sent: Date) throws(InvalidToken) {
    guard let member = members[name], member != .null else { throw .missing(member: name) }
    guard let token = member.string else { throw .notAString(member: name) }
    guard !token.isEmpty else { throw .empty(member: name) }
    // Anything else would break the Authorization header it is meant for (RFC 6750, section 2.1).
    guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .invalidCharacters }
    secret = Secret(token)
    jwt = UnverifiedJWT(token)
    // Every JWT begins with eyJ; one that cannot be decoded is damaged. Opaque tokens are allowed.
    if jwt == nil, token.hasPrefix("eyJ") {
      throw UnverifiedJWT.duplicateMember(in: token).map { .duplicateMember($0) } ?? .damaged
    }
    let lifetime = members["expires_in"]?.lenientNumber
    expiry =
      jwt?.expiry ?? lifetime.map { sent.addingTimeInterval(min(max($0, 0), Timestamp.last)) }
    issuedTokenType = members["issued_token_type"]?.string
    tokenType = members["token_type"]?.string
  }
}
