/// Makes text from outside safe to show on a terminal or in a log.
public enum CleanText {
  /// Drops control characters, folds white space, hides what looks like a JWT, and cuts to a length.
  ///
  /// - Parameters:
  ///   - text: What a server, file or user said.
  ///   - limit: The most characters that are kept; a longer text ends in `…`.
  /// - Returns: One line.
  public static func line(_ text: String, limit: Int = 300) -> String {
    var scalars = String.UnicodeScalarView()
    var pendingSpace = false
    // Zero-width marks and direction overrides can make a line read as something else.
    for scalar in text.unicodeScalars {
      switch scalar {
      case " ", "\t", "\n", "\r":
        pendingSpace = !scalars.isEmpty
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{200B}"..."\u{200F}",
        "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{FEFF}":
        continue
      default:
        if pendingSpace { scalars.append(" ") }
        pendingSpace = false
        scalars.append(scalar)
      }
    }
    let line = hidingTokens(String(scalars))
    return line.count > limit ? String(line.prefix(limit)) + "…" : line
  }

  /// Bytes from outside, of any encoding, as such a line.
  public static func line(_ bytes: [UInt8], limit: Int = 300) -> String {
    line(String(decoding: bytes.prefix(limit * 8), as: UTF8.self), limit: limit)
  }

  /// A server may send back what it was sent, and a cut token is still half a secret.
  private static func hidingTokens(_ line: String) -> String {
    guard line.contains("eyJ") else { return line }
    var result = ""
    var rest = line[...]
    while let start = rest.firstRange(of: "eyJ")?.lowerBound {
      let word = rest[start...].prefix {
        $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0))
      }
      guard beginsWord(at: start, of: line) else {
        // Only these three are passed over: behind a dot or dash a token may follow yet.
        let end = line.index(start, offsetBy: 3)
        result += rest[..<end]
        rest = rest[end...]
        continue
      }
      result += rest[..<start] + (word.count > 20 ? "[token]" : word)
      rest = rest[word.endIndex...]
    }
    return result + rest
  }

  /// Whether no letter or digit stands before a place, such as those of Dex's opaque names, in which
  /// any three letters come up; an escape, as `%3D` or `\n`, is none.
  private static func beginsWord(at place: String.Index, of line: String) -> Bool {
    let before = line[..<place].unicodeScalars.suffix(3)
    guard let last = before.last, last.properties.isAlphabetic || last.properties.numericType != nil
    else { return true }
    return before.first == "%" && before.count == 3
      || before.dropLast().last == "\\" && ["n", "r", "t"].contains(last)
  }
}
