/// A word of a command that can be pasted into a shell.
package struct ShellWord: Sendable, Equatable {
  /// The word as the shell must get it.
  package var quoted: String

  /// A word, quoted if the shell would change it.
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

  /// A word that ends with the value of a variable.
  ///
  /// - Parameters:
  ///   - prefix: What precedes the value; characters of ASCII that need no escape in `"…"`.
  ///   - variable: The variable's name.
  package init(_ prefix: String, variable: String) { quoted = "\"\(prefix)$\(variable)\"" }

  /// A command over several lines, one word on each after the first line.
  ///
  /// - Parameters:
  ///   - words: The words of the command.
  ///   - first: The number of words on the first line.
  /// - Returns: Lines with a backslash at the end of each but the last.
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
