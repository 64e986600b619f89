/// The two public documents of an issuer of service account tokens, as a static site serves them.
public struct IssuerDocuments: Sendable, Equatable {
  /// The discovery document (OpenID Connect Discovery 1.0, section 4.2).
  public let discovery: JSON
  /// The keys.
  public let keys: KeySet

  /// Where the discovery document lies below the issuer.
  public static let discoveryPath = "/.well-known/openid-configuration"
  /// Where the keys lie below the issuer, as the API server has it.
  public static let keysPath = "/openid/v1/jwks"

  /// Reads both documents.
  ///
  /// - Parameters:
  ///   - discovery: The discovery document.
  ///   - keys: The key set.
  ///   - sources: Where they came from, for messages.
  /// - Throws: A problem of category answer.
  public init(
    discovery: [UInt8], keys: [UInt8], sources: (discovery: String, keys: String)
  ) throws(Problem) {
    guard let document = JSON(parsing: discovery), document.object != nil else {
      throw .notDiscovery(sources.discovery, "is no JSON object")
    }
    guard let issuer = document["issuer"]?.string, !issuer.isEmpty else {
      throw .notDiscovery(sources.discovery, "has no issuer")
    }
    self.discovery = document
    self.keys = try KeySet(keys, source: sources.keys)
    // Verifiers accept the listed algorithms only, so tokens of such a key would be refused.
    guard let listed = document["id_token_signing_alg_values_supported"]?.strings else { return }
    for (id, key) in self.keys.keys.sorted(by: { $0.key < $1.key }) {
      if let algorithm = key["alg"]?.string, !listed.contains(algorithm) {
        throw .notKeySet(
          sources.keys,
          "holds key \(id) for \(algorithm), which the discovery document does not list")
      }
    }
  }

  /// Whom the documents speak for.
  public var issuer: String { discovery["issuer"]?.string ?? "" }

  /// The discovery document as it is to be published: `jwks_uri` leads to the public keys, the rest
  /// stays as it is.
  ///
  /// - Parameter url: The public address, which must be the issuer to the letter.
  /// - Returns: The document.
  /// - Throws: A usage problem if the documents are another issuer's.
  public func published(at url: EndpointURL) throws(Problem) -> JSON {
    guard issuer.hasSameBytes(as: url.text), var members = discovery.object else {
      throw .otherIssuer(issuer, wanted: url.text)
    }
    members["jwks_uri"] = .string(url.appending(Self.keysPath).text)
    return .object(members)
  }
}
