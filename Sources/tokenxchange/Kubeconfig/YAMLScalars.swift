import Encoding

/// Keys, scalars and block scalars.
extension YAMLReader {
  /// Splits a line at the colon after its key; nil if it has none.
  func key(of text: Substring) throws(YAMLError) -> (String, Substring)? {
    guard let first = text.first else { return nil }
    if first == "\"" || first == "'" {
      let (key, rest) = try quoted(text)
      let after = rest.drop { $0 == " " }
      guard after.first == ":", after.dropFirst().first.map({ $0 == " " }) ?? true else {
        return nil
      }
      return (key, after.dropFirst())
    }
    try rejectIndicator(first)
    if text.hasPrefix("? ") { throw error(.complexKey) }
    var previous: Character = " "
    for place in text.indices {
      let character = text[place]
      if character == "#", previous == " " { return nil }
      let next = text.index(after: place)
      if character == ":", next == text.endIndex || text[next] == " " {
        let key = text[..<place]
        return (String(key.trimmingTrailingSpaces), text[next...])
      }
      previous = character
    }
    return nil
  }

  /// Rejects characters that a plain scalar cannot start with.
  private func rejectIndicator(_ first: Character) throws(YAMLError) {
    switch first {
    case "[", "{", "]", "}", ",": throw error(.flowStyle)
    case "&", "*": throw error(.anchor)
    case "!": throw error(.tag)
    case "%", "@", "`": throw error(.reservedCharacter)
    default: break
    }
  }

  func scalar(_ text: Substring) throws(YAMLError) -> JSON {
    if text.first == "\"" || text.first == "'" {
      let (value, rest) = try quoted(text)
      let after = rest.drop { $0 == " " }
      guard after.isEmpty || rest.first == " " && after.first == "#" else {
        throw error(.textAfterQuotes)
      }
      return .string(value)
    }
    let plain = text.beforeComment
    if plain == "{}" { return .object([:]) }
    if plain == "[]" { return .array([]) }
    if let first = text.first { try rejectIndicator(first) }
    if plain.contains(": ") || plain.hasSuffix(":") || plain.hasPrefix("- ") {
      throw error(.nestedOnOneLine)
    }
    return Self.resolved(String(plain))
  }

  /// The value of a plain scalar.
  private static func resolved(_ text: String) -> JSON {
    switch text {
    case "null", "Null", "NULL", "~": return .null
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return .bool(true)
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return .bool(false)
    default:
      if let number = Int64(text) { return .integer(number) }
      let isNumber = text.allSatisfy { "0123456789+-.eE".contains($0) }
      if isNumber, let number = Double(text) { return .number(number) }
      return .string(text)
    }
  }

  /// The text between quotes, and what follows them on the line.
  private func quoted(_ text: Substring) throws(YAMLError) -> (String, Substring) {
    let quote = text[text.startIndex]
    var value = ""
    var rest = text.dropFirst()
    while let character = rest.popFirst() {
      if character == quote {
        guard quote == "'", rest.first == "'" else { return (value, rest) }
        rest = rest.dropFirst()
        value += "'"
      } else if character == "\\", quote == "\"" {
        value.unicodeScalars.append(try escaped(&rest))
      } else {
        value.append(character)
      }
    }
    throw error(.severalLines)
  }

  private func escaped(_ rest: inout Substring) throws(YAMLError) -> Unicode.Scalar {
    guard let character = rest.popFirst() else { throw error(.severalLines) }
    let digits: Int
    switch character {
    case "\"", "\\", "/", " ": return character.unicodeScalars[character.unicodeScalars.startIndex]
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "0": return "\0"
    case "b": return "\u{8}"
    case "e": return "\u{1B}"
    case "x": digits = 2
    case "u": digits = 4
    case "U": digits = 8
    default: throw error(.escape)
    }
    let code = rest.prefix(digits)
    guard code.count == digits, let value = UInt32(code, radix: 16),
      let scalar = Unicode.Scalar(value)
    else { throw error(.escape) }
    rest = rest.dropFirst(digits)
    return scalar
  }

  // MARK: - Block scalars

  /// A block scalar; the cursor is on the line of its header.
  mutating func block(_ header: Substring, indent: Int) throws(YAMLError) -> String {
    let isFolded = header.first == ">"
    var chomping: Character?
    var contentIndent: Int?
    for character in header.beforeComment.dropFirst() {
      if character == "-" || character == "+", chomping == nil {
        chomping = character
      } else if let digit = character.wholeNumberValue, digit > 0, contentIndent == nil {
        contentIndent = indent + digit
      } else {
        throw error(.blockHeader)
      }
    }
    index += 1
    var content: [Substring] = []
    while index < lines.count {
      let line = lines[index]
      let spaces = line.prefix { $0 == " " }.count
      if spaces == line.count {
        content.append(line.dropFirst(contentIndent ?? spaces))
      } else {
        let start = contentIndent ?? max(spaces, indent + 1)
        guard spaces >= start else { break }
        contentIndent = start
        content.append(line.dropFirst(start))
      }
      index += 1
    }
    let endings = content.reversed().prefix { $0.isEmpty }.count
    content.removeLast(endings)
    let text = isFolded ? Self.folded(content) : content.joined(separator: "\n")
    switch chomping {
    case "-": return text
    case "+": return text + String(repeating: "\n", count: endings + (content.isEmpty ? 0 : 1))
    default: return text.isEmpty ? "" : text + "\n"
    }
  }

  /// Lines joined with spaces; empty lines and lines that are indented more are kept.
  private static func folded(_ lines: [Substring]) -> String {
    var text = ""
    var emptyLines = 0
    var previous: Substring?
    for line in lines {
      if line.isEmpty {
        emptyLines += 1
        continue
      }
      if let previous {
        let isKept = previous.first == " " || line.first == " "
        text += String(repeating: "\n", count: emptyLines + (isKept ? 1 : 0))
        if emptyLines == 0, !isKept { text += " " }
      } else {
        text += String(repeating: "\n", count: emptyLines)
      }
      text += line
      emptyLines = 0
      previous = line
    }
    return text
  }
}

extension Substring {
  fileprivate var trimmingTrailingSpaces: Substring {
    var text = self
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return text
  }

  /// The text without a trailing comment.
  fileprivate var beforeComment: Substring {
    guard let range = firstRange(of: " #") else { return trimmingTrailingSpaces }
    return self[..<range.lowerBound].trimmingTrailingSpaces
  }
}
