package import Encoding
import TokenExchange

/// The public keys of an issuer, as a JSON Web Key Set (RFC 7517, section 5).
package struct JWKSet: Sendable, Equatable {
  /// The document, with only the public members of each key.
  package let document: JSON
  /// The keys by their `kid`.
  package let keys: JSON.Object

  /// Parses a key set and checks that each key can verify tokens: RSA or EC, with a unique `kid`.
  package init(_ bytes: [UInt8]) throws(JWKSetError) {
    let json: JSON
    do throws(JSONError) { json = try JSON(reading: bytes) } catch {
      throw error.duplicateName.map { .duplicateMember($0) } ?? .notKeySet
    }
    guard case .array(let items)? = json["keys"] else { throw .notKeySet }
    guard !items.isEmpty else { throw .noKeys }
    var keys: JSON.Object = [:]
    var list: [JSON] = []
    for (index, key) in items.enumerated() {
      guard let id = key["kid"]?.string, !id.isEmpty else {
        throw .missingKeyID(number: index + 1)
      }
      guard keys[id] == nil else { throw .duplicateKeyID(id) }
      if let fault = Self.fault(of: key) { throw .invalidKey(id: id, fault) }
      let key = Self.publicPart(of: key)
      keys[id] = key
      list.append(key)
    }
    document = .object(["keys": .array(list)])
    self.keys = keys
  }

  /// The keys that differ from those of the current set.
  package func differences(from live: JWKSet) -> [IssuerMetadata.Difference] {
    let changed = keys.keys.filter { id in
      live.keys[id].map { Self.material(of: $0) != keys[id].map(Self.material) } ?? false
    }
    return live.keys.keys.filter { keys[$0] == nil }.map { .missingKey($0) }
      + keys.keys.filter { live.keys[$0] == nil }.map { .staleKey($0) }
      + changed.map { .changedKey($0) }
  }

  /// Why a key cannot be published; nil if it can.
  private static func fault(of key: JSON) -> JWKSetError.InvalidKey? {
    if hasPrivateMembers(key) { return .privateMembers }
    if let use = key["use"], use.string != "sig" { return .notForSignatures }
    switch key["kty"]?.string {
    case "RSA":
      guard let modulus = number(key["n"]) else { return .invalidMember("n") }
      guard let exponent = number(key["e"]), let last = exponent.last, last & 1 == 1,
        exponent.count > 1 || last > 1
      else { return .invalidMember("e") }
      return modulus.count < 128 ? .shortModulus : nil
    case "EC":
      guard let curve = key["crv"]?.string else { return .invalidMember("crv") }
      guard let size = coordinateSizes[curve] else { return .unsupportedCurve(curve) }
      return ["x", "y"].first { decoded(key[$0])?.count != size }.map { .invalidMember($0) }
    case let type: return .unsupportedType(type)
    }
  }

  /// The bytes of a coordinate on each curve (RFC 7518, section 6.2.1.2).
  private static let coordinateSizes = ["P-256": 32, "P-384": 48, "P-521": 66]

  /// Members of private and symmetric keys (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1).
  private static let privateMembers: Set = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

  private static func hasPrivateMembers(_ key: JSON) -> Bool {
    let names = key.object.map { Array($0.keys) } ?? []
    return names.contains { privateMembers.contains(letters(of: $0)) }
      || key.text().contains("PRIVATE KEY-----")
  }

  /// The letters of a name in lower case, so that `D` and `"d "` count as private members too.
  private static func letters(of name: String) -> String {
    String(
      decoding: name.utf8.map { $0 | 0x20 }.filter { (0x61...0x7A).contains($0) }, as: UTF8.self)
  }

  private static func decoded(_ value: JSON?) -> [UInt8]? {
    value?.string.flatMap(Base64URL.decode)
  }

  /// A positive number without leading zeros.
  private static func number(_ value: JSON?) -> [UInt8]? {
    guard let bytes = decoded(value)?.drop(while: { $0 == 0 }), !bytes.isEmpty else {
      return nil
    }
    return Array(bytes)
  }

  /// The members of a public key that verifiers need (RFC 7517, section 4; RFC 7518, section 6).
  private static let publicMembers: Set = [
    "kty", "use", "key_ops", "alg", "kid", "n", "e", "crv", "x", "y",
  ]

  /// A key without its other members, which could contain anything, such as a private key.
  private static func publicPart(of key: JSON) -> JSON {
    key.object.map { .object($0.textualMembers(among: publicMembers)) } ?? key
  }

  /// The members that define the key itself.
  private static func material(of key: JSON) -> [JSON?] {
    ["kty", "n", "e", "crv", "x", "y"].map { key[$0] }
  }
}
