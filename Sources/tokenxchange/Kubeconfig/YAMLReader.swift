import Encoding
import TokenExchange

/// Reads the part of YAML that `generate` and kubectl write: mappings and sequences in block style,
/// with plain, quoted and block scalars.
///
/// Everything else, such as flow style, anchors and tags, is an error.
struct YAMLReader {
  private var lines: [Substring]
  private var index = 0
  private var depth = 0

  private static let maxDepth = 50

  /// Reads the documents of a file.
  ///
  /// - Parameter text: The file.
  /// - Returns: The documents that are not empty.
  /// - Throws: The first error, with its line.
  static func documents(in text: String) throws(YAMLError) -> [JSON] {
    var reader = YAMLReader(
      lines: text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" })
    var documents: [JSON] = []
    while try reader.skipToDocument() {
      documents.append(try reader.node())
      if let line = try reader.next(), !line.isMarker { throw reader.error(.indentation) }
    }
    return documents
  }

  // MARK: - Lines

  /// A line with content: its indentation, and its text without that.
  private struct Line {
    var indent: Int
    var text: Substring

    var isItem: Bool { text == "-" || text.hasPrefix("- ") }
    /// Whether the line starts or ends a document.
    var isMarker: Bool {
      indent == 0 && (["---", "..."].contains(text) || text.hasPrefix("--- "))
    }
  }

  private init(lines: [Substring]) { self.lines = lines }

  private func error(_ reason: YAMLError.Reason) -> YAMLError {
    YAMLError(line: min(index, lines.count - 1) + 1, reason: reason)
  }

  /// The next line with content; nil at the end.
  private mutating func next() throws(YAMLError) -> Line? {
    while index < lines.count {
      let line = lines[index]
      let text = line.drop { $0 == " " }
      if text.isEmpty || text.first == "#" {
        index += 1
        continue
      }
      if text.first == "\t" {
        guard text.contains(where: { $0 != "\t" && $0 != " " }) else {
          index += 1
          continue
        }
        throw error(.tab)
      }
      return Line(indent: line.utf8.count - text.utf8.count, text: text)
    }
    return nil
  }

  /// Skips the markers before a document; false at the end.
  private mutating func skipToDocument() throws(YAMLError) -> Bool {
    while let line = try next() {
      if line.text.hasPrefix("--- ") || line.indent == 0 && line.text.hasPrefix("%") {
        throw error(.directive)
      }
      guard line.isMarker else { return true }
      index += 1
    }
    return false
  }

  // MARK: - Nodes

  /// The node that starts at the next line.
  private mutating func node() throws(YAMLError) -> JSON {
    guard let line = try next() else { return .null }
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maxDepth else { throw error(.depth) }
    if line.isItem { return try sequence(indent: line.indent) }
    return try mapping(indent: line.indent)
  }

  private mutating func mapping(indent: Int) throws(YAMLError) -> JSON {
    var members = JSON.Object()
    while let line = try next(), !line.isMarker, line.indent >= indent {
      guard line.indent == indent else { throw error(.indentation) }
      guard !line.isItem, let (key, rest) = try key(of: line.text) else {
        throw error(.noKey)
      }
      guard members[key] == nil else {
        var error = error(.duplicateKey)
        error.key = key
        throw error
      }
      members[key] = try value(rest, indent: indent, allowsItemsAtIndent: true)
    }
    return .object(members)
  }

  private mutating func sequence(indent: Int) throws(YAMLError) -> JSON {
    var items: [JSON] = []
    while let line = try next(), !line.isMarker, line.indent >= indent, line.isItem {
      guard line.indent == indent else { throw error(.indentation) }
      let rest = line.text.dropFirst().drop { $0 == " " }
      let isMapping = try isMapping(rest)
      if isMapping || rest == "-" || rest.hasPrefix("- ") {
        // The item starts on the line of its dash: without the dash it is a node of its own.
        let column = line.indent + line.text.utf8.count - rest.utf8.count
        lines[index] = Substring(String(repeating: " ", count: column) + rest)
        items.append(try node())
      } else {
        items.append(try value(rest, indent: indent, allowsItemsAtIndent: false))
      }
    }
    return .array(items)
  }

  private func isMapping(_ text: Substring) throws(YAMLError) -> Bool {
    guard let first = text.first, !"|>#[{&*!".contains(first) else { return false }
    return try key(of: text) != nil
  }

  /// The value that starts after a key or a dash; the cursor is on that line.
  private mutating func value(
    _ text: Substring, indent: Int, allowsItemsAtIndent: Bool
  ) throws(YAMLError) -> JSON {
    let rest = text.drop { $0 == " " }
    if rest.isEmpty || rest.first == "#" {
      index += 1
      guard let line = try next(), !line.isMarker else { return .null }
      let isBelow =
        line.indent > indent || allowsItemsAtIndent && line.indent == indent && line.isItem
      return isBelow ? try node() : .null
    }
    if rest.first == "|" || rest.first == ">" { return .string(try block(rest, indent: indent)) }
    let value = try scalar(rest)
    index += 1
    if let line = try next(), line.indent > indent { throw error(.severalLines) }
    return value
  }

  // MARK: - Scalars

  /// Splits a line at the colon after its key; nil if it has none.
  private func key(of text: Substring) throws(YAMLError) -> (String, Substring)? {
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

  private func scalar(_ text: Substring) throws(YAMLError) -> JSON {
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
  private mutating func block(_ header: Substring, indent: Int) throws(YAMLError) -> String {
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

/// Why a file is not YAML that this reader supports, and the line.
struct YAMLError: Error, Equatable {
  /// The line, counted from 1.
  var line: Int
  var reason: Reason
  /// The key that occurs twice.
  var key: String?

  enum Reason: Equatable, CaseIterable {
    case flowStyle, anchor, tag, directive, complexKey, severalLines, tab
    case indentation, noKey, duplicateKey, nestedOnOneLine, textAfterQuotes
    case reservedCharacter, escape, blockHeader, depth
  }

  /// Whether it may still be YAML that other programs can read.
  var isUnsupported: Bool {
    switch reason {
    case .flowStyle, .anchor, .tag, .directive, .complexKey, .severalLines, .depth: true
    default: false
    }
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
