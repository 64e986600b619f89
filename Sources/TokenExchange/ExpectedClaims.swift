import Encoding
public import FoundationEssentials

/// The issuer and audiences that a token must have.
public struct ExpectedClaims: Sendable, Equatable {
  /// The issuer as configured; nil to accept any.
  public var issuer: String?
  /// The client IDs that `aud` must contain.
  public var audiences: [String]

  /// Makes expected claims; an issuer of nil is not checked.
  public init(issuer: String?, audiences: [String]) {
    self.issuer = issuer
    self.audiences = audiences
  }

  /// Whether an issuer differs from the expected one by trailing slashes only.
  ///
  /// - Parameter found: The `iss` of a token.
  /// - Returns: true if slashes are the only difference; false if there is none, or another.
  public func differsOnlyBySlash(from found: String?) -> Bool {
    guard let issuer, let found else { return false }
    return issuer.differsOnlyByTrailingSlash(from: found)
  }

  /// Checks that a token has not expired and has the expected issuer and audiences.
  ///
  /// A wrong client or issuer is reported here, where the cause is known; the API server would only
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
}
