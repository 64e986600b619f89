/// A word of a command that can be pasted into a shell.
package struct ShellWord: Sendable, Equatable {
  /// The word, quoted for the shell.
  package var quoted: String

  /// Creates a word, quoted if the shell would change it.
  package init(_ text: String) {
    if text.unicodeScalars.contains(where: { $0.isHidden }) {
      quoted = "$'" + text.unicodeScalars.map(Self.escape).joined() + "'"
    } else if !text.isEmpty, text.utf8.allSatisfy({ Self.safe.contains($0) }) {
      quoted = text
    } else {
      let parts = text.split(separator: "'", omittingEmptySubsequences: false)
      quoted = "'" + parts.joined(separator: "'\\''") + "'"
    }
  }

  /// Creates a word that ends with the value of a variable, after ASCII that needs no escaping in
  /// `"…"`.
  package init(_ prefix: String, variable: String) { quoted = "\"\(prefix)$\(variable)\"" }

  /// A command on several lines: `first` words on the first line, one word on each further line.
  package static func command(_ words: [ShellWord], first: Int) -> String {
    let start = words.prefix(first).map(\.quoted).joined(separator: " ")
    return ([start] + words.dropFirst(first).map(\.quoted)).joined(separator: " \\\n  ")
  }

  private static let safe = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-".utf8)

  /// A character in bash's `$'…'`.
  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "'": "\\'"
    case "\\": "\\\\"
    case "\n": "\\n"
    case _ where scalar.isHidden: scalar.escaped
    default: String(scalar)
    }
  }
}
