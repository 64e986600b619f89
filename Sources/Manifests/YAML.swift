package import Encoding

/// A YAML document or a part of one, written as a template.
///
/// Interpolated values are quoted as needed:
///
/// - `\(text)`: a string as a scalar, plain or quoted, or folded if the line would be too long.
/// - `\(block: text)`: a string as a literal block (`|`).
/// - `\(folded: lines)`: a string whose lines are joined with spaces, as a folded block (`>-`).
/// - `\(piece)`, `\(pieces)`: other templates; each line is indented to the column of the first. An
///   absent or empty piece removes its line.
/// - `\(json: text)`: a JSON string, for JSON in a literal block; `jsonItems` and `jsonMembers` are
///   the lines of an array and of an object.
/// - `\(comment: text)`: text in a comment; each line repeats what precedes it on the first.
package struct YAML: Sendable, Equatable {
  enum Part: Sendable, Equatable {
    case literal(String)
    case scalar(String)
    case block(String)
    case folded([String])
    case comment(String)
    case pieces([YAML])
  }

  var parts: [Part]

  /// The longest line that yamllint accepts, unless the line is one word.
  static let lineLength = 80

  /// The text, which ends with a newline.
  package var text: String { lines(at: 0).map { $0 + "\n" }.joined() }

  /// The lines of this piece in a document in which its first line starts at `column`.
  private func lines(at column: Int) -> [String] {
    var renderer = Renderer(column: column)
    for (index, part) in parts.enumerated() {
      switch part {
      case .literal(let text): renderer.append(literal: text)
      case .scalar(let text): renderer.append(scalar: text, endsLine: endsLine(after: index))
      case .block(let text): renderer.append(block: text)
      case .folded(let lines): renderer.append(folded: lines)
      case .comment(let text): renderer.append(comment: Scalar.commentLines(text))
      case .pieces(let pieces):
        renderer.append(pieces: pieces.map { $0.lines(at: renderer.currentColumn) })
      }
    }
    return renderer.finished
  }

  private func endsLine(after index: Int) -> Bool {
    guard index + 1 < parts.count else { return true }
    guard case .literal(let text) = parts[index + 1] else { return false }
    return text.hasPrefix("\n")
  }
}

extension YAML: ExpressibleByStringInterpolation {
  package init(stringLiteral value: String) { parts = [.literal(value)] }

  package init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

  package struct StringInterpolation: StringInterpolationProtocol {
    var parts: [Part] = []

    package init(literalCapacity: Int, interpolationCount: Int) {
      parts.reserveCapacity(2 * interpolationCount + 1)
    }

    package mutating func appendLiteral(_ literal: String) {
      if !literal.isEmpty { parts.append(.literal(literal)) }
    }

    package mutating func appendInterpolation(_ text: String) { parts.append(.scalar(text)) }

    package mutating func appendInterpolation(_ number: Int) {
      parts.append(.literal(String(number)))
    }

    package mutating func appendInterpolation(block text: String) { parts.append(.block(text)) }

    package mutating func appendInterpolation(folded lines: [String]) {
      parts.append(.folded(lines))
    }

    package mutating func appendInterpolation(comment text: String) {
      parts.append(.comment(text))
    }

    package mutating func appendInterpolation(json text: String) {
      parts.append(.literal(JSON.quote(text)))
    }

    /// The items of a JSON array, one on each line.
    package mutating func appendInterpolation(jsonItems texts: [String]) {
      let items = texts.enumerated().map { index, text -> YAML in
        YAML(stringLiteral: JSON.quote(text) + (index == texts.count - 1 ? "" : ","))
      }
      parts.append(.pieces(items))
    }

    /// The members of a JSON object, one on each line.
    package mutating func appendInterpolation(jsonMembers object: JSON.Object) {
      let members = Array(object)
      let lines = members.indices.map { index -> YAML in
        let (key, value) = members[index]
        let end = index == members.count - 1 ? "" : ","
        return YAML(stringLiteral: JSON.quote(key) + ": " + value.text() + end)
      }
      parts.append(.pieces(lines))
    }

    package mutating func appendInterpolation(_ piece: YAML) { parts.append(.pieces([piece])) }

    package mutating func appendInterpolation(_ piece: YAML?) {
      parts.append(.pieces(piece.map { [$0] } ?? []))
    }

    package mutating func appendInterpolation(_ pieces: [YAML]) { parts.append(.pieces(pieces)) }
  }
}

private struct Renderer {
  /// The column at which the template starts in its document.
  var column: Int
  private var lines: [String] = [""]
  /// Whether the current line contains an absent piece.
  private var isAbsent = false

  init(column: Int) { self.column = column }

  var currentLine: String { lines[lines.count - 1] }

  var currentColumn: Int { column + currentLine.unicodeScalars.count }

  var finished: [String] { isAbsent ? lines.dropLast() : lines }

  mutating func append(literal: String) {
    for (index, line) in literal.split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated()
    {
      if index > 0 { startLine() }
      lines[lines.count - 1] += line
    }
  }

  mutating func append(scalar text: String, endsLine: Bool) {
    let scalar = Scalar.text(text)
    let isTooLong = currentColumn + scalar.unicodeScalars.count > YAML.lineLength
    // A list item without spaces cannot be folded, and yamllint accepts it.
    let isOneWord = itemKey.isEmpty && !scalar.contains(" ")
    guard endsLine, isTooLong, !isOneWord, !currentLine.hasPrefix("#"),
      let words = Scalar.foldedWords(text)
    else { return append(literal: scalar) }
    let width = YAML.lineLength - column - contentIndent
    append(literal: ">-")
    var line = ""
    for word in words {
      if !line.isEmpty, line.unicodeScalars.count + 1 + word.unicodeScalars.count > width {
        append(content: line)
        line = ""
      }
      line += line.isEmpty ? word : " " + word
    }
    append(content: line)
  }

  mutating func append(folded folds: [String]) {
    let text = folds.joined(separator: " ")
    guard folds.count > 1, folds.allSatisfy(Scalar.isFoldedLine) else {
      return append(literal: Scalar.text(text))
    }
    append(literal: ">-")
    for line in folds { append(content: line) }
  }

  mutating func append(block text: String) {
    guard let block = Scalar.block(text) else { return append(literal: Scalar.text(text)) }
    append(literal: block.header)
    for line in block.lines { append(content: line) }
  }

  /// Adds the lines of a comment; later lines begin like the current line.
  mutating func append(comment added: [String]) {
    let prefix = currentLine
    for (index, line) in added.enumerated() {
      if index > 0 { startLine() }
      lines[lines.count - 1] =
        longWord(line, after: prefix) ?? (prefix + line).trimmingTrailingSpaces
    }
  }

  /// A line of a shell command that is a single word and too long for a line.
  ///
  /// yamllint accepts such a word directly after `# `, and a backslash only without a space before
  /// it.
  private func longWord(_ line: String, after prefix: String) -> String? {
    guard column + prefix.unicodeScalars.count + line.unicodeScalars.count > YAML.lineLength,
      let mark = prefix.firstIndex(of: "#")
    else { return nil }
    let isContinued = line.hasSuffix(" \\")
    let word = line.drop { $0 == " " }.dropLast(isContinued ? 2 : 0)
    return word.contains(" ")
      ? nil : "\(prefix[...mark]) \(word)" + (isContinued ? "\\" : "")
  }

  /// Adds the lines of pieces; later lines are indented to the current column.
  mutating func append(pieces: [[String]]) {
    let added = pieces.flatMap { $0 }
    if added.isEmpty { isAbsent = true }
    let margin = String(repeating: " ", count: currentLine.unicodeScalars.count)
    for (index, line) in added.enumerated() {
      if index > 0 { startLine() }
      lines[lines.count - 1] += index == 0 || line.isEmpty ? line : margin + line
    }
  }

  private mutating func startLine() {
    if isAbsent { lines.removeLast() }
    isAbsent = false
    lines.append("")
    contentIndentOfBlock = nil
  }

  // MARK: - Block scalars

  /// The indentation of the current block scalar, which began on an earlier line.
  private var contentIndentOfBlock: Int?

  private mutating func append(content line: String) {
    let indent = contentIndent
    startLine()
    contentIndentOfBlock = indent
    if !line.isEmpty { lines[lines.count - 1] = String(repeating: " ", count: indent) + line }
  }

  /// Two columns more than the key or the dash of the current line.
  private var contentIndent: Int {
    if let contentIndentOfBlock { return contentIndentOfBlock }
    let key = itemKey
    let start = currentLine.unicodeScalars.count - key.unicodeScalars.count
    return key.isEmpty || key.hasPrefix(">") || key.hasPrefix("|") ? start : start + 2
  }

  /// The current line without indentation and without the dashes of list items.
  private var itemKey: Substring {
    var rest = currentLine[...]
    while rest.hasPrefix(" ") || rest.hasPrefix("- ") { rest = rest.dropFirst() }
    return rest
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var text = self[...]
    while text.hasSuffix(" ") { text.removeLast() }
    return String(text)
  }
}
