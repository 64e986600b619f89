import CLibCrypto
import Foundation

/// An RSA key pair of 2048 bits that signs and verifies RS256.
package struct RSAKey: Sendable {
  /// The key ID in JWT headers and key sets.
  package let keyID: String
  // An EVP_PKEY is safe to use from many threads. Keys are never freed, because a server thread may
  // still use them.
  nonisolated(unsafe) private let pair: OpaquePointer
  private let modulus: [UInt8]

  /// The key of cluster A, created once per process, because that takes longer than most tests.
  package static var cluster: RSAKey { get throws { try created.get()[0] } }
  /// The key of Dex.
  package static var dex: RSAKey { get throws { try created.get()[1] } }
  /// A key that none of them has.
  package static var other: RSAKey { get throws { try created.get()[2] } }

  private static let created = Result { try (0..<3).map { _ in try RSAKey() } }

  private init() throws {
    let context = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nil)
    defer { EVP_PKEY_CTX_free(context) }
    var pair: OpaquePointer?
    guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_keygen(context, &pair) == 1, let pair else {
      throw TestSupportError("OpenSSL cannot create a key")
    }
    self.pair = pair
    // An RSAPublicKey (RFC 8017, appendix A.1.1): the modulus is between a header of fixed length
    // and the exponent, which is always 65537.
    var encoded = [UInt8](repeating: 0, count: 512)
    encoded.withUnsafeMutableBufferPointer { buffer in
      var end = buffer.baseAddress
      _ = i2d_PublicKey(pair, &end)
    }
    modulus = Array(encoded[9..<265])
    keyID = Base64URL.encode(Self.sha256(modulus))
  }

  /// The same key under another ID.
  package init(_ key: RSAKey, keyID: String) {
    (self.keyID, pair, modulus) = (keyID, key.pair, key.modulus)
  }

  /// The public key as a member of a JSON Web Key Set (RFC 7517).
  package var jwk: JSONValue {
    [
      "use": "sig", "kty": "RSA", "kid": .string(keyID), "alg": "RS256",
      "n": .string(Base64URL.encode(modulus)), "e": "AQAB",
    ]
  }

  package static func keySet(_ keys: [RSAKey]) -> JSONValue { ["keys": .array(keys.map(\.jwk))] }

  /// Signs with RSASSA-PKCS1-v1_5 and SHA-256.
  func sign(_ message: some Sequence<UInt8>) -> [UInt8] {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    var signature = [UInt8](repeating: 0, count: 256)
    var count = signature.count
    let message = Array(message)
    guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, pair) == 1,
      EVP_DigestSign(context, &signature, &count, message, message.count) == 1
    else { return [] }
    return signature
  }

  func verifies(_ signature: [UInt8], of message: some Sequence<UInt8>) -> Bool {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    let message = Array(message)
    return EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, pair) == 1
      && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }

  package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    SHA256(bytes, bytes.count, &digest)
    return digest
  }
}
