/// A parsed JSON Web Token, and functions that create new ones.
public struct JWT: Sendable {
  /// The header.
  public var header: JSONValue
  /// The claims.
  public var claims: JSONValue
  /// The signature.
  public var signature: [UInt8]
  /// The signing input.
  public var signed: String

  /// Parses a compact token, ignoring white space as go-jose does; nil if it is invalid.
  public init?(_ token: String) {
    let parts = token.filter { !$0.isWhitespace }
      .split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let header = Base64URL.decode(parts[0]),
      let claims = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2]),
      let headerValue = try? JSONValue(parsing: header),
      let claimsValue = try? JSONValue(parsing: claims), claimsValue.object != nil
    else { return nil }
    self.header = headerValue
    self.claims = claimsValue
    self.signature = signature
    signed = "\(parts[0]).\(parts[1])"
  }

  /// Whether one of the keys signed this with RS256.
  public func isSigned(byOneOf keys: [RSAKey]) -> Bool {
    guard header["alg"]?.string == "RS256" else { return false }
    let named = header["kid"]?.string
    return keys.contains {
      (named == nil || $0.keyID == named) && $0.verifies(signature, of: signed.utf8)
    }
  }

  /// Whether `aud` is or contains the audience.
  public func isFor(_ audience: String) -> Bool {
    claims["aud"]?.string == audience
      || claims["aud"]?.array?.contains(.string(audience)) == true
  }

  /// Signs claims; members of the header can be overridden.
  public static func sign(
    _ claims: JSONValue, with key: RSAKey, header: JSONObject? = nil
  ) -> String {
    let header = header ?? JSONObject([("alg", "RS256"), ("kid", .string(key.keyID))])
    let signed = [JSONValue.object(header), claims]
      .map { Base64URL.encode($0.text.utf8) }.joined(separator: ".")
    return signed + "." + Base64URL.encode(key.sign(signed.utf8))
  }

  /// A token with any header, claims and signature, for tests with invalid tokens.
  public static func forge(
    header: JSONValue, claims: JSONValue, signature: [UInt8] = []
  ) -> String {
    [header.text.utf8, claims.text.utf8].map { Base64URL.encode($0) }.joined(separator: ".")
      + "." + Base64URL.encode(signature)
  }
}
