/// An IPv4 or IPv6 address.
package struct IPAddress: Sendable, Equatable {
  /// Four or sixteen bytes; an IPv4-mapped IPv6 address is stored as four bytes.
  package let bytes: [UInt8]

  /// The loopback addresses.
  package static let loopback = ["::1", "127.0.0.1"].compactMap { IPAddress($0) }

  /// Makes an address from its bytes, as in a DNS record.
  package init(bytes: [UInt8]) {
    let isMapped =
      bytes.count == 16 && bytes.prefix(10).allSatisfy { $0 == 0 }
      && bytes[10] == 255 && bytes[11] == 255
    self.bytes = isMapped ? Array(bytes[12...]) : bytes
  }

  /// Reads an address in its standard form: four decimal numbers, or IPv6 without brackets or zone.
  package init?(_ text: String) {
    let text = Array(text.utf8)[...]
    let isIPv6 = text.contains(Self.colon)
    guard let bytes = isIPv6 ? Self.ipv6Bytes(text) : Self.ipv4Bytes(text) else { return nil }
    self.init(bytes: bytes)
  }

  /// Reads an address in any form that libcurl accepts, such as `127.1` or `0x7f000001`.
  package init?(loose text: String) {
    if let address = IPAddress(text) {
      self = address
    } else {
      guard let bytes = Self.looseIPv4Bytes(Array(text.utf8)[...]) else { return nil }
      self.init(bytes: bytes)
    }
  }

  /// Whether this is a loopback address: 127.0.0.0/8 or ::1.
  package var isLoopback: Bool {
    bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
  }

  /// Whether this is an IPv6 address.
  package var isIPv6: Bool { bytes.count == 16 }

  /// The standard form (RFC 5952 for IPv6).
  package var text: String {
    guard isIPv6 else { return bytes.map { String($0) }.joined(by: ".") }
    let groups = stride(from: 0, to: 16, by: 2).map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
    var longest = 0..<0
    var start = 0
    while start < 8 {
      let end = groups[start...].firstIndex { $0 != 0 } ?? 8
      if end - start > max(longest.count, 1) { longest = start..<end }
      start = max(end, start) + 1
    }
    func hex(_ groups: ArraySlice<Int>) -> String {
      groups.map { String($0, radix: 16) }.joined(by: ":")
    }
    guard !longest.isEmpty else { return hex(groups[...]) }
    return hex(groups[..<longest.lowerBound]) + "::" + hex(groups[longest.upperBound...])
  }

  private static let colon = UInt8(ascii: ":")
  private static let dot = UInt8(ascii: ".")
  private static let zero = UInt8(ascii: "0")

  private static func ipv4Bytes(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let parts = text.split(separator: dot, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.count), part.count == 1 || part.first != zero,
        let byte = number(part, radix: 10, limit: 255)
      else { return nil }
      bytes.append(UInt8(byte))
    }
    return bytes
  }

  /// The forms of `inet_aton`: one to four numbers, the last of which fills the remaining bytes.
  private static func looseIPv4Bytes(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    // Almost all host names return here.
    guard let first = text.first, (zero...UInt8(ascii: "9")).contains(first) else { return nil }
    let parts = text.split(separator: dot, omittingEmptySubsequences: false)
    guard parts.count <= 4 else { return nil }
    var value = 0
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      let rest = 8 * (5 - parts.count)
      let isHex = part.starts(with: "0x".utf8) || part.starts(with: "0X".utf8)
      let radix = isHex ? 16 : part.count > 1 && part.first == zero ? 8 : 10
      let digits = isHex ? part.dropFirst(2) : part
      guard let number = number(digits, radix: radix, limit: isLast ? 1 << rest - 1 : 255) else {
        return nil
      }
      value = isLast ? value << rest | number : value << 8 | number
    }
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func ipv6Bytes(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let gap = text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
    guard let gap else {
      return groups(text, mayEndInIPv4: true).flatMap { $0.count == 16 ? $0 : nil }
    }
    guard let head = groups(text[..<gap], mayEndInIPv4: false),
      let tail = groups(text[(gap + 2)...], mayEndInIPv4: true), head.count + tail.count <= 14
    else { return nil }
    return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
  }

  private static func groups(_ text: ArraySlice<UInt8>, mayEndInIPv4: Bool) -> [UInt8]? {
    guard !text.isEmpty else { return [] }
    let parts = text.split(separator: colon, omittingEmptySubsequences: false)
    var bytes: [UInt8] = []
    for (index, part) in parts.enumerated() {
      if mayEndInIPv4, index == parts.count - 1, part.contains(dot), let ipv4 = ipv4Bytes(part) {
        bytes += ipv4
      } else {
        guard (1...4).contains(part.count), let group = number(part, radix: 16, limit: 65_535)
        else { return nil }
        bytes += [UInt8(group >> 8), UInt8(group & 255)]
      }
    }
    return bytes
  }

  private static func number(_ digits: ArraySlice<UInt8>, radix: Int, limit: Int) -> Int? {
    guard !digits.isEmpty else { return nil }
    var value = 0
    for byte in digits {
      guard let digit = byte.hexadecimalValue, digit < radix else { return nil }
      value = value * radix + Int(digit)
      guard value <= limit else { return nil }
    }
    return value
  }
}
