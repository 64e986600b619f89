import Glibc

/// The few functions of OpenSSL that tokens need, found at run time: a plain build needs no header.
struct LibCrypto: Sendable {
  typealias Pointer = UnsafeMutableRawPointer
  typealias New = @convention(c) @Sendable () -> Pointer?
  typealias Free = @convention(c) @Sendable (Pointer?) -> Void
  typealias Digest =
    @convention(c) @Sendable (Pointer?, Pointer?, Pointer?, Pointer?, Pointer?) -> Int32

  let sha256: New
  let contextNew: New
  let contextFree: Free
  let signInit: Digest
  let sign:
    @convention(c) @Sendable (
      Pointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>, UnsafePointer<UInt8>, Int
    ) -> Int32
  let verifyInit: Digest
  let verify:
    @convention(c) @Sendable (
      Pointer?, UnsafePointer<UInt8>, Int, UnsafePointer<UInt8>, Int
    ) -> Int32
  let keyContextNew: @convention(c) @Sendable (Int32, Pointer?) -> Pointer?
  let keyContextFree: Free
  let keygenInit: @convention(c) @Sendable (Pointer?) -> Int32
  let setBits: @convention(c) @Sendable (Pointer?, Int32) -> Int32
  let keygen: @convention(c) @Sendable (Pointer?, UnsafeMutablePointer<Pointer?>) -> Int32
  let keyNumber:
    @convention(c) @Sendable (
      Pointer?, UnsafePointer<CChar>, UnsafeMutablePointer<Pointer?>
    ) -> Int32
  let numberBits: @convention(c) @Sendable (Pointer?) -> Int32
  let numberBytes: @convention(c) @Sendable (Pointer?, UnsafeMutablePointer<UInt8>) -> Int32
  let numberFree: Free
  let memoryNew: @convention(c) @Sendable (UnsafeRawPointer?, Int32) -> Pointer?
  let memoryMethod: New
  let bioNew: @convention(c) @Sendable (Pointer?) -> Pointer?
  let bioRead: @convention(c) @Sendable (Pointer?, UnsafeMutablePointer<UInt8>, Int32) -> Int32
  let bioFree: Free
  let readPEM: @convention(c) @Sendable (Pointer?, Pointer?, Pointer?, Pointer?) -> Pointer?
  let writePEM:
    @convention(c) @Sendable (
      Pointer?, Pointer?, Pointer?, Pointer?, Int32, Pointer?, Pointer?
    ) -> Int32
  let hash:
    @convention(c) @Sendable (
      UnsafePointer<UInt8>, Int, UnsafeMutablePointer<UInt8>
    ) -> Pointer?

  /// The library, opened once.
  static let shared = LibCrypto()

  private init() {
    let library = dlopen("libcrypto.so.3", RTLD_NOW)
    precondition(library != nil, "libcrypto.so.3 is needed to sign test tokens")
    func find<Function>(_ name: String) -> Function {
      guard let symbol = dlsym(library, name) else { preconditionFailure("no \(name)") }
      return unsafeBitCast(symbol, to: Function.self)
    }
    sha256 = find("EVP_sha256")
    contextNew = find("EVP_MD_CTX_new")
    contextFree = find("EVP_MD_CTX_free")
    signInit = find("EVP_DigestSignInit")
    sign = find("EVP_DigestSign")
    verifyInit = find("EVP_DigestVerifyInit")
    verify = find("EVP_DigestVerify")
    keyContextNew = find("EVP_PKEY_CTX_new_id")
    keyContextFree = find("EVP_PKEY_CTX_free")
    keygenInit = find("EVP_PKEY_keygen_init")
    setBits = find("EVP_PKEY_CTX_set_rsa_keygen_bits")
    keygen = find("EVP_PKEY_keygen")
    keyNumber = find("EVP_PKEY_get_bn_param")
    numberBits = find("BN_num_bits")
    numberBytes = find("BN_bn2bin")
    numberFree = find("BN_free")
    memoryNew = find("BIO_new_mem_buf")
    memoryMethod = find("BIO_s_mem")
    bioNew = find("BIO_new")
    bioRead = find("BIO_read")
    bioFree = find("BIO_vfree")
    readPEM = find("PEM_read_bio_PrivateKey")
    writePEM = find("PEM_write_bio_PrivateKey")
    hash = find("SHA256")
  }
}
