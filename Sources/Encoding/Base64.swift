import FoundationEssentials

/// The padded base64 of RFC 4648, section 4.
package enum Base64 {
  /// Encodes on one line.
  package static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  /// Decodes base64, with or without line breaks; nil if it is malformed.
  package static func decode(_ text: String) -> [UInt8]? {
    Data(base64Encoded: text.filter { !$0.isWhitespace }).map { Array($0) }
  }
}
