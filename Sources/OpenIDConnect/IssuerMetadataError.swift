/// Why the public documents of an issuer cannot be used.
///
/// Its texts are those of the documents: neither redacted nor sanitized.
package enum IssuerMetadataError: Error, Equatable, Sendable {
  /// The discovery document is not a JSON object.
  case discoveryNotJSON
  /// An object of the discovery document has two members of the same name.
  case duplicateMember(String)
  /// The discovery document has no `issuer`.
  case missingIssuer
  /// The key set cannot be used.
  case keySet(JWKSetError)
  /// A key is for an algorithm that the discovery document does not list.
  case unlistedAlgorithm(keyID: String, algorithm: String)
  /// The documents belong to another issuer.
  case issuerMismatch(found: String, expected: String)
}

/// Why a JSON Web Key Set cannot be used.
package enum JWKSetError: Error, Equatable, Sendable {
  /// The document is not a JSON object with a list `keys`.
  case notKeySet
  /// An object of the document has two members of the same name.
  case duplicateMember(String)
  /// The list is empty.
  case noKeys
  /// A key has no `kid`; keys are counted from 1.
  case missingKeyID(number: Int)
  /// Two keys have the same `kid`.
  case duplicateKeyID(String)
  /// A key cannot verify tokens, or must not be published.
  case invalidKey(id: String, InvalidKey)

  /// What is wrong with one key.
  package enum InvalidKey: Equatable, Sendable {
    /// It contains private members: published, they would let anyone sign tokens.
    case privateMembers
    /// Its `use` is not `sig`.
    case notForSignatures
    /// Its `kty` is neither `RSA` nor `EC`.
    case unsupportedType(String?)
    /// A member is missing or malformed.
    case invalidMember(String)
    /// An RSA modulus of fewer than 1024 bits.
    case shortModulus
    /// Its `crv` is not P-256, P-384 or P-521.
    case unsupportedCurve(String)
  }
}
