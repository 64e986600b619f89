/// Commands as they can be pasted into a shell.
enum ShellWords {
  /// One word, quoted if a shell would read it otherwise.
  static func quote(_ word: String) -> String {
    let needsEscapes = word.unicodeScalars.contains { scalar in
      switch scalar {
      // With zero-width marks and direction overrides a line reads as something else.
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{200B}"..."\u{200F}",
        "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}":
        true
      default: false
      }
    }
    if needsEscapes { return "$'" + word.unicodeScalars.map(escape).joined() + "'" }
    let isPlain = !word.isEmpty && word.utf8.allSatisfy { safe.contains($0) }
    return isPlain
      ? word
      : "'"
        + word.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "'\\''") + "'"
  }

  /// A command over several lines, one word on each after the first so many.
  ///
  /// - Parameters:
  ///   - words: The command's words, not quoted yet.
  ///   - first: How many of them stand on the first line.
  /// - Returns: Lines with a backslash at the end of all but the last.
  static func command(_ words: [String], first: Int) -> String {
    let quoted = words.map(quote)
    let lines = [quoted.prefix(first).joined(separator: " ")] + quoted.dropFirst(first)
    return lines.joined(separator: " \\\n  ")
  }

  private static let safe = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-".utf8)

  /// A character in bash's `$'…'`.
  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "'": return "\\'"
    case "\\": return "\\\\"
    case "\n": return "\\n"
    case "\u{20}"..."\u{7E}": return String(scalar)
    default:
      let digits = String(scalar.value, radix: 16)
      return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
  }
}
