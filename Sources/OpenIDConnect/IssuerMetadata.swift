package import Encoding
package import TokenExchange

/// The two public documents of an issuer: its discovery document and its key set.
package struct IssuerMetadata: Sendable, Equatable {
  /// The issuer that the discovery document names.
  package let issuer: String
  /// The discovery document (OpenID Connect Discovery 1.0, section 4.2).
  package let discovery: JSON
  /// The key set.
  package let keys: JWKSet

  /// The path of the discovery document below the issuer.
  package static let discoveryPath = "/.well-known/openid-configuration"
  /// The path of the key set below the issuer, as the API server serves it.
  package static let keysPath = "/openid/v1/jwks"

  /// The members of a discovery document that are published (OpenID Connect Discovery 1.0, section
  /// 3).
  private static let publishedMembers: Set = [
    "issuer", "jwks_uri", "authorization_endpoint", "token_endpoint", "userinfo_endpoint",
    "response_types_supported", "response_modes_supported", "grant_types_supported",
    "subject_types_supported", "id_token_signing_alg_values_supported", "scopes_supported",
    "claims_supported", "token_endpoint_auth_methods_supported",
  ]

  /// Parses the discovery document and the key set.
  package init(discovery: [UInt8], keys: [UInt8]) throws(IssuerMetadataError) {
    let document: JSON
    do throws(JSONError) { document = try JSON(reading: discovery) } catch {
      throw error.duplicateName.map { .duplicateMember($0) } ?? .discoveryNotJSON
    }
    guard document.object != nil else { throw .discoveryNotJSON }
    guard let issuer = document["issuer"]?.string, !issuer.isEmpty else { throw .missingIssuer }
    self.discovery = document
    self.issuer = issuer
    do throws(JWKSetError) { self.keys = try JWKSet(keys) } catch { throw .keySet(error) }
    // Verifiers accept the listed algorithms only and would reject tokens of any other key.
    guard let listed = document["id_token_signing_alg_values_supported"]?.strings else { return }
    for (id, key) in self.keys.keys {
      if let algorithm = key["alg"]?.string, !listed.contains(algorithm) {
        throw .unlistedAlgorithm(keyID: id, algorithm: algorithm)
      }
    }
  }

  /// The standard members of the discovery document, with a `jwks_uri` at the public URL.
  ///
  /// Other members are not published: they could contain anything, such as a `client_secret`. The URL
  /// must equal the issuer.
  package func published(at url: EndpointURL) throws(IssuerMetadataError) -> JSON {
    guard issuer.hasSameBytes(as: url.text), let document = discovery.object else {
      throw .issuerMismatch(found: issuer, expected: url.text)
    }
    var members = document.textualMembers(among: Self.publishedMembers)
    members["jwks_uri"] = .string(url.appending(Self.keysPath).text)
    return .object(members)
  }
}

extension IssuerMetadata {
  /// A difference between the published and the expected documents.
  package enum Difference: Equatable, Sendable {
    /// A member of the discovery document, as JSON; nil if it is absent.
    case member(String, published: String?, expected: String?)
    /// A key that is not published.
    case missingKey(String)
    /// A published key that the issuer no longer has.
    case staleKey(String)
    /// A key with the same `kid` and other key material.
    case changedKey(String)
  }

  /// How these documents differ from the discovery document and the key set to publish.
  package func differences(from discovery: JSON, _ keys: JWKSet) -> [Difference] {
    let found = self.discovery.object ?? [:]
    let expected = discovery.object ?? [:]
    let names = Set(found.keys).union(expected.keys).sorted()
    return names.filter { found[$0] != expected[$0] }.map {
      .member($0, published: found[$0]?.text(), expected: expected[$0]?.text())
    } + self.keys.differences(from: keys)
  }
}

extension JSON.Object {
  /// The members with these names whose values are strings or lists of strings, as all members of
  /// public documents are.
  func textualMembers(among names: Set<String>) -> JSON.Object {
    var members = self
    for (name, value) in self
    where !names.contains(name) || value.string == nil && value.strings == nil {
      members[name] = nil
    }
    return members
  }
}
