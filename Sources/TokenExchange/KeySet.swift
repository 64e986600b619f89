/// The public keys of an issuer, as a JSON Web Key Set (RFC 7517, section 5).
public struct KeySet: Sendable, Equatable {
  /// The whole document.
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
    guard let document = JSON(parsing: bytes), case .array(let items)? = document["keys"] else {
      throw .notKeySet(source, "is no JSON with a list of keys")
    }
    guard !items.isEmpty else { throw .notKeySet(source, "holds no key at all") }
    var keys: JSON.Object = [:]
    for (index, key) in items.enumerated() {
      let name = "key \(index + 1)"
      guard let id = key["kid"]?.string, !id.isEmpty else {
        throw .notKeySet(source, "holds \(name) without a kid, which tokens name it by")
      }
      guard keys[id] == nil else { throw .notKeySet(source, "holds the kid \(id) twice") }
      if let fault = Self.fault(of: key) { throw .notKeySet(source, "holds key \(id) \(fault)") }
      keys[id] = key
    }
    self.document = document
    self.keys = keys
  }

  /// What another set has otherwise than this one.
  ///
  /// - Parameter live: The set that counts.
  /// - Returns: The kids that this set lacks, has too many, and has with another key; each sorted.
  public func difference(
    from live: KeySet
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
    let names: [String]
    switch key["kty"]?.string {
    case "RSA": names = ["n", "e"]
    case "EC": names = ["x", "y"]
    case let type: return "of the type \(type ?? "none"), which is neither RSA nor EC"
    }
    // Published, it would let everybody sign tokens.
    let secrets = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]
    if secrets.contains(where: { key[$0] != nil }) { return "with its private half" }
    for name in names {
      guard let text = key[name]?.string, let bytes = Base64URL.decode(text), !bytes.isEmpty else {
        return "without a usable \(name)"
      }
    }
    if key["kty"]?.string == "EC", key["crv"]?.string == nil { return "without a crv" }
    return nil
  }

  /// The members that make the key itself.
  private static func material(of key: JSON) -> [JSON?] {
    ["kty", "n", "e", "crv", "x", "y"].map { key[$0] }
  }
}
