import Foundation

/// An RSA key pair of 2048 bits that signs and verifies RS256.
package struct RSAKey: Sendable {
  /// The key ID in JWT headers and key sets.
  package let keyID: String
  // An EVP_PKEY is safe to use from many threads; an address is Sendable, a pointer is not. Keys
  // are never freed, because a server thread may still use them.
  private let address: UInt
  private let modulus: [UInt8]
  private var pointer: LibCrypto.Pointer? { LibCrypto.Pointer(bitPattern: address) }

  /// The key of cluster A, created once per process, because that takes longer than most tests.
  package static var cluster: RSAKey { get throws { try created.get()[0] } }
  /// The key of Dex.
  package static var dex: RSAKey { get throws { try created.get()[1] } }
  /// A key that none of them has.
  package static var other: RSAKey { get throws { try created.get()[2] } }

  private static let created = Result { try (0..<3).map { _ in try RSAKey() } }

  private init() throws {
    let context = LibCrypto.keyContextNew(6, nil)
    defer { LibCrypto.keyContextFree(context) }
    var key: LibCrypto.Pointer?
    guard LibCrypto.keygenInit(context) == 1, LibCrypto.keygen(context, &key) == 1, let key else {
      throw TestSupportError("OpenSSL cannot create a key")
    }
    address = UInt(bitPattern: key)
    // An RSAPublicKey (RFC 8017, appendix A.1.1): the modulus is between a header of fixed length
    // and the exponent, which is always 65537.
    var encoded = [UInt8](repeating: 0, count: 512)
    encoded.withUnsafeMutableBufferPointer { buffer in
      var end = buffer.baseAddress
      _ = LibCrypto.encodePublicKey(key, &end)
    }
    modulus = Array(encoded[9..<265])
    keyID = Base64URL.encode(Self.sha256(modulus))
  }

  /// The same key under another ID.
  package init(_ key: RSAKey, keyID: String) {
    (self.keyID, address, modulus) = (keyID, key.address, key.modulus)
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
    let context = LibCrypto.contextNew()
    defer { LibCrypto.contextFree(context) }
    var signature = [UInt8](repeating: 0, count: 256)
    var count = signature.count
    let message = Array(message)
    guard LibCrypto.signInit(context, nil, LibCrypto.sha256(), nil, pointer) == 1,
      LibCrypto.sign(context, &signature, &count, message, message.count) == 1
    else { return [] }
    return signature
  }

  func verifies(_ signature: [UInt8], of message: some Sequence<UInt8>) -> Bool {
    let context = LibCrypto.contextNew()
    defer { LibCrypto.contextFree(context) }
    let message = Array(message)
    return LibCrypto.verifyInit(context, nil, LibCrypto.sha256(), nil, pointer) == 1
      && LibCrypto.verify(context, signature, signature.count, message, message.count) == 1
  }

  package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    _ = LibCrypto.hash(bytes, bytes.count, &digest)
    return digest
  }
}

/// The OpenSSL functions that tokens need, looked up at run time so that the build needs no header.
private enum LibCrypto {
  typealias Pointer = UnsafeMutableRawPointer
  typealias Bytes = UnsafePointer<UInt8>
  typealias Output = UnsafeMutablePointer<UInt8>
  typealias New = @convention(c) @Sendable () -> Pointer?
  typealias Free = @convention(c) @Sendable (Pointer?) -> Void
  typealias DigestInit =
    @convention(c) @Sendable (Pointer?, Pointer?, Pointer?, Pointer?, Pointer?) -> Int32
  typealias Sign =
    @convention(c) @Sendable (Pointer?, Output, UnsafeMutablePointer<Int>, Bytes, Int) -> Int32
  typealias Verify = @convention(c) @Sendable (Pointer?, Bytes, Int, Bytes, Int) -> Int32
  typealias Keygen = @convention(c) @Sendable (Pointer?, UnsafeMutablePointer<Pointer?>) -> Int32
  typealias Encode = @convention(c) @Sendable (Pointer?, UnsafeMutablePointer<Output?>) -> Int32

  static let sha256: New = find("EVP_sha256")
  static let hash: @convention(c) @Sendable (Bytes, Int, Output) -> Pointer? = find("SHA256")
  static let contextNew: New = find("EVP_MD_CTX_new")
  static let contextFree: Free = find("EVP_MD_CTX_free")
  static let signInit: DigestInit = find("EVP_DigestSignInit")
  static let sign: Sign = find("EVP_DigestSign")
  static let verifyInit: DigestInit = find("EVP_DigestVerifyInit")
  static let verify: Verify = find("EVP_DigestVerify")
  static let keyContextNew: @convention(c) @Sendable (Int32, Pointer?) -> Pointer? =
    find("EVP_PKEY_CTX_new_id")
  static let keyContextFree: Free = find("EVP_PKEY_CTX_free")
  static let keygenInit: @convention(c) @Sendable (Pointer?) -> Int32 = find("EVP_PKEY_keygen_init")
  static let keygen: Keygen = find("EVP_PKEY_keygen")
  static let encodePublicKey: Encode = find("i2d_PublicKey")

  private static func find<Function>(_ name: String) -> Function {
    cFunction(name, library: "libcrypto.so.3")
  }
}
