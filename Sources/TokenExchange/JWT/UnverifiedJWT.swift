package import Encoding
public import FoundationEssentials

/// The header and claims of a JSON Web Token (RFC 7519); the signature is not verified.
///
/// Do not use it for decisions about access. It is for diagnostics: the server that verifies the
/// token returns only "Unauthorized".
public struct UnverifiedJWT: Sendable, Equatable {
  /// The members of the header.
  package let header: JSON.Object
  /// The members of the payload.
  package let claims: JSON.Object

  /// Reads the compact form `header.payload.signature`.
  ///
  /// - Returns: nil unless there are three parts, of which the first two are unpadded base64url of
  ///   a JSON object and the third is unpadded base64url.
  public init?(_ token: String) {
    // By bytes: iterating over characters would take longer than everything else here.
    let bytes = Array(token.utf8)
    let dot = UInt8(ascii: ".")
    guard let first = bytes.firstIndex(of: dot), let second = bytes.lastIndex(of: dot),
      let header = Base64URL.decode(bytes[..<first]).flatMap(JSON.init(parsing:))?.object,
      first < second,
      let claims = Base64URL.decode(bytes[(first + 1)..<second]).flatMap(JSON.init(parsing:))?
        .object,
      Base64URL.isValid(bytes[(second + 1)...])
    else { return nil }
    self.header = header
    self.claims = claims
  }

  /// The name that two members of the header or of the claims have; nil if the token is a JWT, or
  /// is not one for another reason.
  package static func duplicateMember(in token: String) -> String? {
    for part in token.split(separator: ".", omittingEmptySubsequences: false).prefix(2) {
      guard let text = Base64URL.decode(String(part)) else { return nil }
      if let name = JSON.duplicateName(in: text) { return name }
    }
    return nil
  }

  /// The `iss` claim.
  public var issuer: String? { claims["iss"]?.string }
  /// The `sub` claim.
  public var subject: String? { claims["sub"]?.string }
  /// The `aud` claim, which may be one string or a list of them; empty if there is none.
  public var audiences: [String] {
    claims["aud"].flatMap { $0.string.map { [$0] } ?? $0.strings } ?? []
  }
  /// The `exp` claim.
  public var expiry: Date? { date("exp") }
  /// The `nbf` claim.
  public var notBefore: Date? { date("nbf") }
  /// The `iat` claim.
  public var issuedAt: Date? { date("iat") }

  /// A NumericDate claim; fractions of a second are dropped, as Go's verifiers do, and numbers
  /// beyond the year 9999 count as its end.
  private func date(_ name: String) -> Date? {
    guard let seconds = claims[name]?.lenientNumber else { return nil }
    return Date(timeIntervalSince1970: min(max(seconds, 0), Timestamp.last).rounded(.down))
  }
}
