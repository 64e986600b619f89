/// The public keys of an issuer, as a JSON Web Key Set (RFC 7517, section 5).
public struct JWKSet: Sendable, Equatable {
  /// The document, with the public members of each key and nothing else.
  public let document: JSON
  /// The keys by their `kid`.
  public let keys: JSON.Object

  /// Reads a key set and checks that each key can verify tokens: RSA or EC, with a `kid` of its own.
  ///
  /// - Parameters:
  ///   - bytes: The document.
  ///   - source: Where it came from, for messages.
  /// - Throws: A problem of category answer.
  public init(_ bytes: [UInt8], source: String) throws(Problem) {
    guard case .array(let items)? = JSON(parsing: bytes)?["keys"] else {
      throw .notKeySet(source, "is no JSON with a list of keys")
    }
    guard !items.isEmpty else { throw .notKeySet(source, "holds no key at all") }
    var keys: JSON.Object = [:]
    var list: [JSON] = []
    for (index, key) in items.enumerated() {
      let name = "key \(index + 1)"
      guard let id = key["kid"]?.string, !id.isEmpty else {
        throw .notKeySet(source, "holds \(name) without a kid, which tokens name it by")
      }
      guard keys[id] == nil else { throw .notKeySet(source, "holds the kid \(id) twice") }
      if let fault = Self.fault(of: key) { throw .notKeySet(source, "holds key \(id) \(fault)") }
      let key = Self.publicPart(of: key)
      keys[id] = key
      list.append(key)
    }
    document = .object(["keys": .array(list)])
    self.keys = keys
  }

  /// What another set has otherwise than this one.
  ///
  /// - Parameter live: The set that counts.
  /// - Returns: The kids that this set lacks, has too many, and has with another key; each sorted.
  public func difference(
    from live: JWKSet
  ) -> (missing: [String], stale: [String], changed: [String]) {
    let missing = live.keys.keys.filter { keys[$0] == nil }
    let stale = keys.keys.filter { live.keys[$0] == nil }
    let changed = keys.keys.filter { id in
      live.keys[id].map { Self.material(of: $0) != keys[id].map(Self.material) } ?? false
    }
    return (missing.sorted(), stale.sorted(), changed.sorted())
  }

  /// What is wrong with a key, as the end of a sentence.
  private static func fault(of key: JSON) -> String? {
    // Published, it would let anybody sign tokens.
    if hasPrivatePart(key) { return "with its private half" }
    if let use = key["use"], use.string != "sig" { return "for another use than sig" }
    switch key["kty"]?.string {
    case "RSA":
      guard let modulus = number(key["n"]) else { return "without a usable n" }
      guard let exponent = number(key["e"]), let last = exponent.last, last & 1 == 1,
        exponent.count > 1 || last > 1
      else { return "without a usable e" }
      return modulus.count < 128 ? "of less than 1024 bits" : nil
    case "EC":
      guard let curve = key["crv"]?.string else { return "without a crv" }
      guard let size = curves[curve] else { return "on the unknown curve \(curve)" }
      for name in ["x", "y"] where coordinate(key[name])?.count != size {
        return "without a usable \(name)"
      }
      return nil
    case let type: return "of the type \(type ?? "none"), which is neither RSA nor EC"
    }
  }

  /// Bytes of a coordinate (RFC 7518, section 6.2.1.2).
  private static let curves = ["P-256": 32, "P-384": 48, "P-521": 66]

  /// Members of private and symmetric keys (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1).
  private static let privateMembers: Set = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

  private static func hasPrivatePart(_ key: JSON) -> Bool {
    let names = key.object.map { Array($0.keys) } ?? []
    return names.contains { privateMembers.contains(letters(of: $0)) }
      || key.text().contains("PRIVATE KEY-----")
  }

  /// A name's letters in lower case, so that `D` or `"d "` does not hide a private member.
  private static func letters(of name: String) -> String {
    String(
      decoding: name.utf8.map { $0 | 0x20 }.filter { (0x61...0x7A).contains($0) }, as: UTF8.self)
  }

  private static func coordinate(_ value: JSON?) -> [UInt8]? {
    value?.string.flatMap(Base64URL.decode)
  }

  /// A positive number without leading zeros.
  private static func number(_ value: JSON?) -> [UInt8]? {
    guard let bytes = coordinate(value)?.drop(while: { $0 == 0 }), !bytes.isEmpty else {
      return nil
    }
    return Array(bytes)
  }

  /// The members of a public key that its users need (RFC 7517, section 4; RFC 7518, section 6).
  private static let publicMembers: Set = [
    "kty", "use", "key_ops", "alg", "kid", "n", "e", "crv", "x", "y",
  ]

  /// A key with its public members only: others could hold anything, such as a private key.
  private static func publicPart(of key: JSON) -> JSON {
    guard var members = key.object else { return key }
    for name in Array(members.keys)
    where !publicMembers.contains(name) || !(members[name]?.isTextual ?? false) {
      members[name] = nil
    }
    return .object(members)
  }

  /// The members that make the key itself.
  private static func material(of key: JSON) -> [JSON?] {
    ["kty", "n", "e", "crv", "x", "y"].map { key[$0] }
  }
}
