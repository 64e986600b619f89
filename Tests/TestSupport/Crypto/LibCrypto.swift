import Glibc

/// The OpenSSL functions that tokens need, looked up at run time so that the build needs no header.
enum LibCrypto {
  typealias Pointer = UnsafeMutableRawPointer
  typealias New = @convention(c) @Sendable () -> Pointer?
  typealias Free = @convention(c) @Sendable (Pointer?) -> Void
  typealias DigestInit =
    @convention(c) @Sendable (Pointer?, Pointer?, Pointer?, Pointer?, Pointer?) -> Int32
  typealias Bytes = UnsafePointer<UInt8>
  typealias Output = UnsafeMutablePointer<UInt8>

  static let sha256: New = find("EVP_sha256")
  static let contextNew: New = find("EVP_MD_CTX_new")
  static let contextFree: Free = find("EVP_MD_CTX_free")
  static let signInit: DigestInit = find("EVP_DigestSignInit")
  static let sign:
    @convention(c) @Sendable (Pointer?, Output?, UnsafeMutablePointer<Int>, Bytes, Int) -> Int32 =
      find("EVP_DigestSign")
  static let verifyInit: DigestInit = find("EVP_DigestVerifyInit")
  static let verify: @convention(c) @Sendable (Pointer?, Bytes, Int, Bytes, Int) -> Int32 =
    find("EVP_DigestVerify")
  static let keyContextNew: @convention(c) @Sendable (Int32, Pointer?) -> Pointer? =
    find("EVP_PKEY_CTX_new_id")
  static let keyContextFree: Free = find("EVP_PKEY_CTX_free")
  static let keygenInit: @convention(c) @Sendable (Pointer?) -> Int32 = find(
    "EVP_PKEY_keygen_init")
  static let setBits: @convention(c) @Sendable (Pointer?, Int32) -> Int32 =
    find("EVP_PKEY_CTX_set_rsa_keygen_bits")
  static let keygen: @convention(c) @Sendable (Pointer?, UnsafeMutablePointer<Pointer?>) -> Int32 =
    find("EVP_PKEY_keygen")
  static let keyNumber:
    @convention(c) @Sendable (
      Pointer?, UnsafePointer<CChar>, UnsafeMutablePointer<Pointer?>
    ) -> Int32 = find("EVP_PKEY_get_bn_param")
  static let numberBits: @convention(c) @Sendable (Pointer?) -> Int32 = find("BN_num_bits")
  static let numberBytes: @convention(c) @Sendable (Pointer?, Output) -> Int32 = find("BN_bn2bin")
  static let numberFree: Free = find("BN_free")
  static let memoryNew: @convention(c) @Sendable (UnsafeRawPointer?, Int32) -> Pointer? =
    find("BIO_new_mem_buf")
  static let memoryMethod: New = find("BIO_s_mem")
  static let bioNew: @convention(c) @Sendable (Pointer?) -> Pointer? = find("BIO_new")
  static let bioRead: @convention(c) @Sendable (Pointer?, Output, Int32) -> Int32 =
    find("BIO_read")
  static let bioFree: Free = find("BIO_vfree")
  static let readPEM:
    @convention(c) @Sendable (Pointer?, Pointer?, Pointer?, Pointer?) -> Pointer? =
      find("PEM_read_bio_PrivateKey")
  static let writePEM:
    @convention(c) @Sendable (
      Pointer?, Pointer?, Pointer?, Pointer?, Int32, Pointer?, Pointer?
    ) -> Int32 = find("PEM_write_bio_PrivateKey")
  static let hash: @convention(c) @Sendable (Bytes, Int, Output) -> Pointer? = find("SHA256")

  private static func find<Function>(_ name: String) -> Function {
    guard let library = dlopen("libcrypto.so.3", RTLD_NOW), let symbol = dlsym(library, name)
    else { preconditionFailure("libcrypto.so.3 with \(name) is needed to sign test tokens") }
    return unsafeBitCast(symbol, to: Function.self)
  }
}
