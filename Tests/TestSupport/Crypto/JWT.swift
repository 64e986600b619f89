import Foundation

/// A parsed JSON Web Token, and functions that create tokens.
package struct JWT: Sendable {
  package var header: JSONValue
  package var claims: JSONValue
  private var signature: [UInt8]
  /// The signing input.
  package let signed: String

  /// Parses a compact token, ignoring white space as go-jose does; nil if it is invalid.
  package init?(_ token: String) {
    let parts = token.filter { !$0.isWhitespace }
      .split(separator: ".", omittingEmptySubsequences: false)
    let decoded = parts.compactMap { Base64URL.decode($0) }
    guard decoded.count == 3, parts.count == 3, let header = try? JSONValue(parsing: decoded[0]),
      let claims = try? JSONValue(parsing: decoded[1]), claims.object != nil
    else { return nil }
    (self.header, self.claims, signature) = (header, claims, decoded[2])
    signed = "\(parts[0]).\(parts[1])"
  }

  /// Whether one of the keys signed this with RS256.
  package func isSigned(byOneOf keys: [RSAKey]) -> Bool {
    guard header["alg"] == "RS256" else { return false }
    let keyID = header["kid"]?.string
    return keys.contains {
      (keyID == nil || $0.keyID == keyID) && $0.verifies(signature, of: signed.utf8)
    }
  }

  /// Whether `aud` is or contains the audience.
  package func isFor(_ audience: String) -> Bool {
    (claims["aud"]?.array ?? [claims["aud"] ?? .null]).contains(.string(audience))
  }

  package static func sign(_ claims: JSONValue, with key: RSAKey) -> String {
    let header: JSONValue = ["alg": "RS256", "kid": .string(key.keyID)]
    return forge(header: header, claims: claims) { key.sign($0.utf8) }
  }

  /// A token with any header, claims and signature.
  package static func forge(
    header: JSONValue, claims: JSONValue, signature: (_ signed: String) -> [UInt8] = { _ in [] }
  ) -> String {
    let signed = [header, claims].map { Base64URL.encode($0.text.utf8) }.joined(separator: ".")
    return signed + "." + Base64URL.encode(signature(signed))
  }
}

/// Base64 with the URL alphabet and without padding (RFC 7515, section 2), independent of the
/// product's.
package enum Base64URL {
  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    Data(bytes).base64EncodedString()
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  /// Decodes text; nil if it is invalid.
  static func decode(_ text: Substring) -> [UInt8]? {
    guard !text.contains(where: { "+/=".contains($0) }) else { return nil }
    let plain = text.replacing("-", with: "+").replacing("_", with: "/")
    let padding = String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
    return Data(base64Encoded: plain + padding).map(Array.init)
  }
}
