public import FoundationEssentials

/// The issuer and audiences that a token must have.
public struct ExpectedClaims: Sendable, Equatable {
  /// The issuer as the user wrote it, if the user did.
  public var issuer: String?
  /// The client IDs that its `aud` must hold.
  public var audiences: [String]

  /// Makes expected claims; an issuer of nil is not checked.
  public init(issuer: String?, audiences: [String]) {
    self.issuer = issuer
    self.audiences = audiences
  }

  /// Whether an issuer is the one given but for trailing slashes.
  ///
  /// - Parameter found: The `iss` of the token that came.
  /// - Returns: true if a slash is the only difference; false if there is none, or more.
  public func differsOnlyBySlash(from found: String?) -> Bool {
    guard let issuer, let found, !issuer.hasSameBytes(as: found) else { return false }
    return Self.withoutSlashes(issuer).hasSameBytes(as: Self.withoutSlashes(found))
  }

  /// Checks that a token has not expired, and is of the expected issuer and audiences.
  ///
  /// A wrong client or issuer is found here, where the cause is known; the API server would only
  /// return 401.
  public func validate(_ token: IssuedToken, now: Date) throws(InvalidToken) {
    if let expiry = token.expiry, expiry <= now { throw .expired(at: expiry, now: now) }
    guard let jwt = token.jwt else { return }
    if let issuer, !jwt.issuer.hasSameBytes(as: issuer), !differsOnlyBySlash(from: jwt.issuer) {
      throw .issuer(expected: issuer, found: jwt.issuer)
    }
    let missing = audiences.filter { !jwt.audiences.containsBytes(of: $0) }
    guard missing.isEmpty else { throw .audience(missing: missing, found: jwt.audiences) }
  }

  private static func withoutSlashes(_ text: String) -> Substring {
    var text = text[...]
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }
}
