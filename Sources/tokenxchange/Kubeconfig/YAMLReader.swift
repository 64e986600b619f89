import Encoding
import TokenExchange

/// Reads the part of YAML that `generate` and kubectl write: mappings and sequences in block style,
/// with plain, quoted and block scalars.
///
/// Everything else, such as flow style, anchors and tags, is an error.
struct YAMLReader {
  private(set) var lines: [Substring]
  /// The number of the current line.
  var index = 0
  private var depth = 0

  private static let maxDepth = 50

  /// Reads the documents of a file that are not empty.
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

  func error(_ reason: YAMLError.Reason) -> YAMLError {
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
