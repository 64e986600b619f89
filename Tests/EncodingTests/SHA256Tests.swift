import Encoding
import TestSupport
import Testing

@Suite struct SHA256Tests {
  @Test(
    "digests of the standard's examples",
    arguments: [
      Row("empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      Row("abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      Row(
        "two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
      Row(
        "a million letters", String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
  func standard(row: Row<String, String>) {
    #expect(SHA256.hex(Array(row.input.utf8)) == row.output)
  }

  @Test("digests equal those of OpenSSL for every padding length")
  func padding() {
    for count in 0...260 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
      #expect(SHA256.digest(bytes) == RSAKey.sha256(bytes), "\(count) bytes")
    }
  }
}
