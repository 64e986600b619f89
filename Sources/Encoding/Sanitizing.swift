extension StringProtocol {
  /// This untrusted text for a terminal or log: on one line, without control characters, invisible
  /// characters and anything that looks like a JWT.
  ///
  /// - Parameter maxLength: The maximum number of characters; a longer text ends in `…`.
  /// - Returns: One line.
  package func sanitized(maxLength: Int = 300) -> String {
    // Most texts are short names that stay unchanged.
    if isPlain, utf8.count <= maxLength { return String(self) }
    let line = foldingWhitespace().hidingTokens()
    return line.count > maxLength ? String(line.prefix(maxLength)) + "…" : line
  }

  /// The same for a text in quotes: white space at its ends becomes one space.
  package func sanitizedWithEnds(maxLength: Int = 300) -> String {
    let spaces: [Unicode.Scalar] = [" ", "\t", "\n", "\r"]
    let start = unicodeScalars.first.map(spaces.contains) ?? false ? " " : ""
    let end = unicodeScalars.last.map(spaces.contains) ?? false ? " " : ""
    let line = sanitized(maxLength: maxLength)
    return line.isEmpty ? start : start + line + end
  }

  /// Whether this is printable ASCII without consecutive spaces, and contains no token.
  private var isPlain: Bool {
    var last = UInt8(ascii: " ")
    for byte in utf8 {
      guard (0x20..<0x7F).contains(byte), byte != 0x20 || last != 0x20 else { return false }
      // A token begins with `eyJ`.
      if byte == UInt8(ascii: "y"), last == UInt8(ascii: "e") { return false }
      last = byte
    }
    return last != UInt8(ascii: " ")
  }

  /// This text without invisible characters, with one space where white space was, and none at its
  /// ends.
  package func foldingWhitespace() -> String {
    var scalars = String.UnicodeScalarView()
    var isSpacePending = false
    for scalar in unicodeScalars {
      switch scalar {
      case " ", "\t", "\n", "\r":
        isSpacePending = !scalars.isEmpty
      case _ where scalar.isInvisible:
        continue
      default:
        if isSpacePending { scalars.append(" ") }
        isSpacePending = false
        scalars.append(scalar)
      }
    }
    return String(scalars)
  }
}

extension Collection where Element == UInt8 {
  /// Untrusted bytes of any encoding as a line; see `StringProtocol.sanitized(maxLength:)`.
  package func sanitized(maxLength: Int = 300) -> String {
    String(decoding: prefix(maxLength * 8), as: UTF8.self).sanitized(maxLength: maxLength)
  }
}

extension Unicode.Scalar {
  /// Whether this is a control character, a line separator, a zero-width character or a direction
  /// mark: these can make a line look like a different one.
  package var isInvisible: Bool {
    switch self {
    case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{AD}", "\u{61C}", "\u{200B}"..."\u{200F}",
      "\u{2028}"..."\u{202E}", "\u{2060}"..."\u{206F}", "\u{FEFF}", "\u{FFF9}"..."\u{FFFB}",
      "\u{FFFE}", "\u{FFFF}", "\u{E0000}"..."\u{E007F}":
      true
    default: false
    }
  }
}

extension String {
  /// This line without tokens: a server may echo a request, and a part of a token is still a
  /// secret.
  fileprivate func hidingTokens() -> String {
    guard contains("eyJ") else { return self }
    var result = ""
    var rest = self[...]
    while let start = rest.firstRange(of: "eyJ")?.lowerBound {
      let word = rest[start...].prefix {
        $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0))
      }
      guard beginsWord(at: start) else {
        // Only these three bytes are skipped: a token may follow the next dot or dash.
        let end = index(start, offsetBy: 3)
        result += rest[..<end]
        rest = rest[end...]
        continue
      }
      result += rest[..<start] + (word.count > 20 ? "[token]" : word)
      rest = rest[word.endIndex...]
    }
    return result + rest
  }

  /// Whether a place is at the start of a word: not after a letter or digit, as in Dex's opaque
  /// names, which may contain any three letters; an escape such as `%3D` or `\n` does not count.
  private func beginsWord(at place: String.Index) -> Bool {
    let before = self[..<place].unicodeScalars.suffix(3)
    guard let last = before.last, last.properties.isAlphabetic || last.properties.numericType != nil
    else { return true }
    return before.first == "%" && before.count == 3
      || before.dropLast().last == "\\" && ["n", "r", "t"].contains(last)
  }
}
