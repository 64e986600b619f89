/// Who a subject token speaks for, whatever its time and signature.
public struct TokenPrincipal: Sendable, Equatable {
  /// The `iss` claim.
  public var issuer: String?
  /// The `sub` claim.
  public var subject: String?
  /// The `aud` claim.
  public var audiences: [String]

  /// Reads it out of a token's claims.
  public init(_ jwt: UnverifiedJWT) {
    issuer = jwt.issuer
    subject = jwt.subject
    audiences = jwt.audiences.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Whether all claims have the same bytes.
  public static func == (left: TokenPrincipal, right: TokenPrincipal) -> Bool {
    left.issuer.hasSameBytes(as: right.issuer) && left.subject.hasSameBytes(as: right.subject)
      && left.audiences.elementsEqual(right.audiences) { $0.hasSameBytes(as: $1) }
  }
}
