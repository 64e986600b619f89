import FoundationEssentials

/// The padded base64 of RFC 4648, section 4.
package enum Base64 {
  /// Encodes on one line.
  package static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  /// Decodes, letting line breaks pass, as `base64` writes them; nil if it is not base64.
  package static func decode(_ text: String) -> [UInt8]? {
    Data(base64Encoded: text.filter { !$0.isWhitespace }).map { Array($0) }
  }
}
