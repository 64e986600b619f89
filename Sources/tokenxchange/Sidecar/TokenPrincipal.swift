import Encoding
import TokenExchange

/// The identity in a subject token, without its times and signature.
struct TokenPrincipal: Sendable, Equatable {
  private var issuer: String?
  private var subject: String?
  private var audiences: [String]

  init(_ jwt: UnverifiedJWT) {
    issuer = jwt.issuer
    subject = jwt.subject
    audiences = jwt.audiences.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  static func == (left: TokenPrincipal, right: TokenPrincipal) -> Bool {
    left.issuer.hasSameBytes(as: right.issuer) && left.subject.hasSameBytes(as: right.subject)
      && left.audiences.elementsEqual(right.audiences) { $0.hasSameBytes(as: $1) }
  }
}
