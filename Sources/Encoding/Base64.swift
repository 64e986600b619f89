import FoundationEssentials

/// The padded base64 of RFC 4648, section 4.
package enum Base64 {
  /// Encodes on one line.
  package static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  /// Decodes base64, with or without line breaks; nil if it is malformed.
  package static func decode(_ text: String) -> [UInt8]? {
    // Only other text needs the slow test for white space.
    let compact =
      text.utf8.allSatisfy { $0 < 0x80 }
      ? String(
        decoding: text.utf8.filter { $0 > 0x20 || $0 < 0x09 || 0x0E...0x1F ~= $0 }, as: UTF8.self)
      : text.filter { !$0.isWhitespace }
    return Data(base64Encoded: compact).map { Array($0) }
  }
}
