/// An RSA key pair that signs and verifies RS256.
public final class RSAKey: Sendable {
  /// An error of a key.
  public enum Failure: Error {
    /// OpenSSL could not create a key.
    case generation
    /// The text is not a private key.
    case notAKey
  }

  /// The key ID in JWT headers and key sets.
  public let keyID: String
  // An EVP_PKEY is safe to use from many threads; an address is Sendable, a pointer is not.
  private let address: UInt

  /// Makes a new key.
  public convenience init(bits: Int = 2048) throws {
    let context = LibCrypto.keyContextNew(6, nil)
    defer { LibCrypto.keyContextFree(context) }
    var key: LibCrypto.Pointer?
    guard LibCrypto.keygenInit(context) == 1, LibCrypto.setBits(context, Int32(bits)) == 1,
      LibCrypto.keygen(context, &key) == 1, let key
    else { throw Failure.generation }
    self.init(adopting: key, keyID: nil)
  }

  /// Reads a private key.
  public convenience init(pem: String, keyID: String? = nil) throws {
    let bytes = Array(pem.utf8)
    let key = bytes.withUnsafeBytes { buffer in
      let memory = LibCrypto.memoryNew(buffer.baseAddress, Int32(buffer.count))
      defer { LibCrypto.bioFree(memory) }
      return LibCrypto.readPEM(memory, nil, nil, nil)
    }
    guard let key else { throw Failure.notAKey }
    self.init(adopting: key, keyID: keyID)
  }

  private init(adopting key: LibCrypto.Pointer, keyID: String?) {
    address = UInt(bitPattern: key)
    let modulus = Self.number("n", of: key)
    self.keyID = keyID ?? Base64URL.encode(Self.sha256(modulus))
  }

  // Keys are never freed, because a server thread may still use them.
  private var pointer: LibCrypto.Pointer? { LibCrypto.Pointer(bitPattern: address) }

  /// The private key as PEM text.
  public var pem: String {
    let memory = LibCrypto.bioNew(LibCrypto.memoryMethod())
    defer { LibCrypto.bioFree(memory) }
    guard LibCrypto.writePEM(memory, pointer, nil, nil, 0, nil, nil) == 1 else { return "" }
    var bytes = [UInt8](repeating: 0, count: 16_384)
    let count = LibCrypto.bioRead(memory, &bytes, Int32(bytes.count))
    return String(decoding: bytes.prefix(Int(max(0, count))), as: UTF8.self)
  }

  /// The public key as a member of a JSON Web Key Set (RFC 7517).
  public var jwk: JSONValue {
    guard let pointer else { return nil }
    return [
      "use": "sig", "kty": "RSA", "kid": .string(keyID), "alg": "RS256",
      "n": .string(Base64URL.encode(Self.number("n", of: pointer))),
      "e": .string(Base64URL.encode(Self.number("e", of: pointer))),
    ]
  }

  /// A key set with the given keys.
  public static func keySet(_ keys: [RSAKey]) -> JSONValue { ["keys": .array(keys.map(\.jwk))] }

  /// Signs with RSASSA-PKCS1-v1_5 and SHA-256.
  public func sign(_ message: some Sequence<UInt8>) -> [UInt8] {
    let context = LibCrypto.contextNew()
    defer { LibCrypto.contextFree(context) }
    var signature = [UInt8](repeating: 0, count: 1024)
    var count = signature.count
    let message = Array(message)
    guard LibCrypto.signInit(context, nil, LibCrypto.sha256(), nil, pointer) == 1,
      LibCrypto.sign(context, &signature, &count, message, message.count) == 1
    else { return [] }
    return Array(signature.prefix(count))
  }

  /// Whether the signature was made with this key.
  public func verifies(_ signature: [UInt8], of message: some Sequence<UInt8>) -> Bool {
    let context = LibCrypto.contextNew()
    defer { LibCrypto.contextFree(context) }
    let message = Array(message)
    return LibCrypto.verifyInit(context, nil, LibCrypto.sha256(), nil, pointer) == 1
      && LibCrypto.verify(context, signature, signature.count, message, message.count) == 1
  }

  /// The SHA-256 digest of some bytes.
  public static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    _ = LibCrypto.hash(bytes, bytes.count, &digest)
    return digest
  }

  private static func number(_ name: String, of key: LibCrypto.Pointer) -> [UInt8] {
    var number: LibCrypto.Pointer?
    guard LibCrypto.keyNumber(key, name, &number) == 1 else { return [] }
    defer { LibCrypto.numberFree(number) }
    var bytes = [UInt8](repeating: 0, count: Int(LibCrypto.numberBits(number) + 7) / 8)
    _ = LibCrypto.numberBytes(number, &bytes)
    return bytes
  }
}
