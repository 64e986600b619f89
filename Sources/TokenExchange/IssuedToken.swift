public import FoundationEssentials

/// What Dex gave for the subject token.
public struct IssuedToken: Sendable, Equatable {
  /// The token.
  public var secret: Secret
  /// Its header and claims; nil if it is opaque.
  ///
  /// They are not verified: the token came over verified TLS from its issuer, and the API server
  /// verifies it.
  public var jwt: UnverifiedJWT?
  /// When it ends: its `exp`, else the time of the request plus `expires_in`; nil if neither is
  /// known.
  public var expiry: Date?
  /// `issued_token_type` of the answer.
  public var issuedTokenType: String?
  /// `token_type` of the answer.
  public var tokenType: String?

  /// Reads the answer to a token request.
  ///
  /// - Parameters:
  ///   - answer: What came back, whatever its status.
  ///   - attempt: What was asked, for checks and messages.
  ///   - now: When the request was sent; `expires_in` counts from there.
  /// - Throws: A problem of the categories network, refused or answer.
  public init(answer: HTTPResponse, to attempt: ExchangeAttempt, now: Date) throws(Problem) {
    let members = try TokenResponse.members(of: answer, to: attempt, now: now)
    try self.init(members: members, member: "access_token", expected: attempt.expectation, now: now)
    // RFC 8693 puts the requested token into access_token, whatever its type.
    guard jwt != nil || attempt.request.requestedTokenType != .idToken else {
      throw .opaqueToken(attempt.url, hasIDToken: members["id_token"]?.string != nil)
    }
  }

  /// How long it is good for.
  ///
  /// - Parameter now: The present, by our clock: where that is slow, the token's own span counts.
  /// - Returns: Seconds; nil if nobody knows.
  public func life(at now: Date) -> Double? {
    guard let expiry else { return nil }
    let rest = expiry.timeIntervalSince(now)
    guard let span = jwt?.issuedAt.map(expiry.timeIntervalSince), span > 0 else { return rest }
    return min(rest, span)
  }

  /// Takes a token out of an answer's members and checks it.
  init(
    members: JSON.Object, member name: String, expected: ExpectedClaims, now: Date
  ) throws(Problem) {
    guard let member = members[name], member != .null else {
      throw .noToken(expected.url, name)
    }
    guard let token = member.string else { throw .tokenOfWrongType(expected.url, name) }
    guard !token.isEmpty else { throw .emptyToken(expected.url, name) }
    // Anything else would break the Authorization header it is meant for (RFC 6750, section 2.1).
    guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .tokenWithBadCharacters(expected.url)
    }
    secret = Secret(token)
    jwt = UnverifiedJWT(token)
    // What begins as every JWT does and is none was damaged on the way; an opaque token may pass.
    if jwt == nil, token.hasPrefix("eyJ") { throw .damagedToken(expected.url) }
    let lifetime = members["expires_in"]?.lenientNumber
    expiry = jwt?.expiry ?? lifetime.map { now.addingTimeInterval(min(max($0, 0), Timestamp.last)) }
    issuedTokenType = members["issued_token_type"]?.string
    tokenType = members["token_type"]?.string
    try expected.check(self, now: now)
  }
}
