/// The two public documents of an issuer of service account tokens, as a static site serves them.
public struct IssuerMetadata: Sendable, Equatable {
  /// The discovery document (OpenID Connect Discovery 1.0, section 4.2).
  public let discovery: JSON
  /// The keys.
  public let keys: JWKSet

  /// Where the discovery document lies below the issuer.
  public static let discoveryPath = "/.well-known/openid-configuration"
  /// Where the keys lie below the issuer, as the API server has it.
  public static let keysPath = "/openid/v1/jwks"

  /// What is published of a discovery document (OpenID Connect Discovery 1.0, section 3).
  private static let members: Set = [
    "issuer", "jwks_uri", "authorization_endpoint", "token_endpoint", "userinfo_endpoint",
    "response_types_supported", "response_modes_supported", "grant_types_supported",
    "subject_types_supported", "id_token_signing_alg_values_supported", "scopes_supported",
    "claims_supported", "token_endpoint_auth_methods_supported",
  ]

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
    self.keys = try JWKSet(keys, source: sources.keys)
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

  /// The standard members of the discovery document, with a `jwks_uri` that leads to the public keys.
  ///
  /// Other members are not published: they could hold anything, such as a `client_secret`.
  ///
  /// - Parameter url: The public address, which must equal the issuer.
  /// - Returns: The document.
  /// - Throws: A usage problem if the documents are another issuer's.
  public func published(at url: EndpointURL) throws(Problem) -> JSON {
    guard issuer.hasSameBytes(as: url.text), var members = discovery.object else {
      throw .otherIssuer(issuer, wanted: url.text)
    }
    for name in Array(members.keys)
    where !Self.members.contains(name) || !(members[name]?.isTextual ?? false) {
      members[name] = nil
    }
    members["jwks_uri"] = .string(url.appending(Self.keysPath).text)
    return .object(members)
  }
}

extension JSON {
  /// Whether this is a string or a list of strings, as the members of public documents are.
  var isTextual: Bool { string != nil || strings != nil }
}
