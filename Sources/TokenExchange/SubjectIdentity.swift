/// Who a subject token speaks for, whatever its time and signature.
public struct SubjectIdentity: Sendable, Equatable {
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
    audiences = jwt.audiences.sorted()
  }
}
