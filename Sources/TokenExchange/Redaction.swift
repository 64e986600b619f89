import Encoding

/// Removes the secrets of a request from text, in every form in which servers return them.
///
/// A text may contain a secret as it was sent, escaped as in JSON, HTML, a form or a quoted string,
/// or in part. So the text is compared with each secret at each offset, byte by byte, and an escape
/// is compared as the bytes that it encodes. This is done only for text that is shown.
package struct Redaction {
  /// The longest text that is searched, in bytes; the rest is dropped, because no message is
  /// longer.
  static let longestText = 4096
  /// Shorter texts occur in too many messages, so they are not removed.
  private static let shortestSecret = 4
  private static let replacement = Array("[redacted]".utf8)

  private let secrets: [[UInt8]]

  package init(_ secrets: [Secret]) {
    let texts = secrets.map(\.revealed).flatMap { [$0] + Self.variants(of: $0) }.uniqued()
    self.secrets = texts.map { Array($0.utf8) }.filter { $0.count >= Self.shortestSecret }
  }

  /// The text without secrets.
  package func callAsFunction(_ text: String) -> String {
    let bytes = Array(text.utf8.prefix(Self.longestText))
    guard !secrets.isEmpty, !bytes.isEmpty else { return text }
    let searched = EscapedText(bytes)
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if let end = secrets.compactMap({ searched.end(of: $0, from: index) }).max() {
        result += Self.replacement
        index = end
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Other forms of a secret: with white space trimmed or folded, and encoded; and the signature of
  /// a JWT, because header and payload are often logged elsewhere.
  private static func variants(of secret: String) -> [String] {
    var variants = [secret.foldingWhitespace(), Base64.encode(Array(secret.utf8))]
    let parts = secret.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count == 3, parts[2].utf8.count >= 16 { variants.append(String(parts[2])) }
    return variants
  }
}
