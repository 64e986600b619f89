import Glibc
import TestSupport
import Testing

@testable import Encoding

/// Addresses are parsed as by libc; every row is compared with libc.
struct IPAddressTests {
  static let texts = [
    "127.0.0.1", "127.1", "127.0.1", "127", "0", "1.2.3.4", "1.2.3.4.5", "256.1.1.1", "1.2.3.256",
    "1.2.65535", "1.2.65536", "1.16777215", "1.16777216", "4294967295", "4294967296", "0x7f.1",
    "0X7F000001", "0x", "0177.1", "08.1.1.1", "01.2.3.4", "1.2.3.", ".1.2.3", "", ".", "1..2.3",
    "a.b.c.d", "1.2.3.4a", "::", "::1", "1::", "1::2", "::ffff:1.2.3.4", "::1.2.3.4",
    "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:1.2.3.4",
    "1:2:3:4:5:6:7:1.2.3.4", "1::2::3", ":::", ":1", "1:", "12345::", "g::", "fe80::1%eth0",
    "FE80::ABCD", "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", "0:0:1::", "1.2.3.4::", "::1.2.3",
    "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:0:2:0:3:0:4:0",
  ]

  @Test("standard notation is parsed as by inet_pton", arguments: texts)
  func strict(_ text: String) {
    #expect(IPAddress(text) == Self.strict(text))
  }

  @Test("legacy notation is parsed as by inet_aton", arguments: texts.filter { !$0.contains(":") })
  func loose(_ text: String) {
    var four = in_addr()
    let isAddress = inet_aton(text, &four) == 1
    let expected = isAddress ? IPAddress(bytes: withUnsafeBytes(of: four) { Array($0) }) : nil
    #expect(IPAddress(loose: text) == expected)
  }

  @Test("addresses are formatted as by inet_ntop", arguments: texts)
  func writes(_ text: String) throws {
    guard let address = IPAddress(text) else { return }
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    _ = inet_ntop(
      address.isIPv6 ? AF_INET6 : AF_INET, address.bytes, &buffer, socklen_t(buffer.count))
    let expected = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    // The notation for IPv4-compatible addresses is no longer recommended (RFC 5952, section 5).
    if address.isIPv6, expected.contains(".") { return }
    #expect(address.text == expected)
  }

  private static func strict(_ text: String) -> IPAddress? {
    var four = in_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      return IPAddress(bytes: withUnsafeBytes(of: four) { Array($0) })
    }
    var six = in6_addr()
    guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
    return IPAddress(bytes: withUnsafeBytes(of: six) { Array($0) })
  }
}
