import FoundationEssentials

/// What a token that comes from an endpoint must be.
public struct ExpectedClaims: Sendable, Equatable {
  /// The endpoint, for messages.
  public var url: EndpointURL
  /// The issuer as the user wrote it, if the user did.
  public var issuer: String?
  /// The client IDs that its `aud` must hold.
  public var audiences: [String]

  /// Whether an issuer is the one given but for trailing slashes.
  ///
  /// - Parameter found: The `iss` of the token that came.
  /// - Returns: true if a slash is the only difference; false if there is none, or more.
  public func differsOnlyBySlash(from found: String?) -> Bool {
    guard let issuer, let found, !issuer.hasSameBytes(as: found) else { return false }
    return Self.withoutSlashes(issuer).hasSameBytes(as: Self.withoutSlashes(found))
  }

  /// Checks that a token is alive, of the issuer asked, and for the audiences asked for.
  ///
  /// This catches a wrong client or issuer here, in words, before the API server says no more than
  /// "Unauthorized".
  func check(_ token: IssuedToken, now: Date) throws(Problem) {
    if let expiry = token.expiry, expiry <= now { throw .resultExpired(url, expiry, now) }
    guard let jwt = token.jwt else { return }
    if let issuer, !jwt.issuer.hasSameBytes(as: issuer), !differsOnlyBySlash(from: jwt.issuer) {
      throw .resultIssuer(url, wanted: issuer, found: jwt.issuer)
    }
    let missing = audiences.filter { !jwt.audiences.containsBytes(of: $0) }
    guard missing.isEmpty else {
      throw .resultAudience(url, missing: missing, found: jwt.audiences)
    }
  }

  private static func withoutSlashes(_ text: String) -> Substring {
    var text = text[...]
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }
}
