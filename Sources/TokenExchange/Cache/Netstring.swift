/// Bytes with their length in front and a comma behind, such as `5:hello,`: no escaping, and no two
/// lists of them are alike.
enum Netstring {
  static func append(_ text: String, to bytes: inout [UInt8]) {
    append(Array(text.utf8), to: &bytes)
  }

  static func append(_ content: [UInt8], to bytes: inout [UInt8]) {
    bytes += Array("\(content.count):".utf8)
    bytes += content
    bytes.append(UInt8(ascii: ","))
  }

  /// Reads all of them; nil unless the bytes are whole netstrings and nothing else.
  static func all(in bytes: ArraySlice<UInt8>) -> [[UInt8]]? {
    var rest = bytes
    var found: [[UInt8]] = []
    while !rest.isEmpty {
      var count = 0
      var digits = 0
      while let digit = rest.first, (0x30...0x39).contains(digit) {
        count = count * 10 + Int(digit - 0x30)
        digits += 1
        guard digits <= 9 else { return nil }
        rest.removeFirst()
      }
      guard digits > 0, rest.popFirst() == UInt8(ascii: ":"), rest.count > count else { return nil }
      found.append(Array(rest.prefix(count)))
      rest.removeFirst(count)
      guard rest.popFirst() == UInt8(ascii: ",") else { return nil }
    }
    return found
  }
}
