import Encoding

enum Scalar {
  /// A string on one line: plain if YAML 1.1 and YAML 1.2 both parse it as this string, else
  /// quoted.
  static func text(_ text: String) -> String {
    if isPlain(text) { return text }
    let isSimple = !text.contains("'") && !text.unicodeScalars.contains(where: \.isHidden)
    return isSimple && text.contains(where: { $0 == "\"" || $0 == "\\" })
      ? "'\(text)'" : doubleQuoted(text)
  }

  /// The words of a string for a folded block (`>-`); nil if folding would change the string.
  static func foldedWords(_ text: String) -> [String]? {
    guard !text.unicodeScalars.contains(where: \.isHidden) else { return nil }
    let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    return words.contains("") ? nil : words
  }

  /// Whether a string can be a line of a folded block.
  static func isFoldedLine(_ text: String) -> Bool {
    !text.isEmpty && text.first != " " && !text.unicodeScalars.contains(where: \.isHidden)
  }

  /// A string as a literal block; nil if a block cannot represent it.
  static func block(_ text: String) -> (header: String, lines: [String])? {
    guard !text.unicodeScalars.contains(where: { $0.isHidden && $0 != "\n" }) else { return nil }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let first = lines.first(where: { !$0.isEmpty }) else { return nil }
    let endings = lines.reversed().prefix { $0.isEmpty }.count
    if endings > 0 { lines.removeLast() }
    let chomping = endings == 0 ? "-" : endings == 1 ? "" : "+"
    return ("|" + (first.hasPrefix(" ") ? "2" : "") + chomping, lines)
  }

  /// The lines of a text in a comment, without characters that would end the comment or hide a part
  /// of it.
  static func commentLines(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(String.UnicodeScalarView(line.unicodeScalars.filter { !$0.isHidden }))
    }
  }

  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
      !text.unicodeScalars.contains(where: \.isHidden), first != " ", last != " ", last != ":"
    else { return false }
    // A dash can begin a plain scalar, as in --flag.
    if first == "-", text == "-" || text.hasPrefix("- ") { return false }
    if ":?,[]{}#&*!|>%@`'\"".unicodeScalars.contains(first) { return false }
    return !text.contains(": ") && !text.contains(" #") && !looksLikeNumber(text)
      && !keywords.contains(text.lowercased())
  }

  /// Whether a parser could read a text as a number, a date, a time or a document marker.
  private static func looksLikeNumber(_ text: String) -> Bool {
    let isNumberBegin = text.first.map { "0123456789+-.".contains($0) } ?? false
    guard isNumberBegin, text.allSatisfy({ "0123456789abcdefABCDEFxo_.:+-TtZz ".contains($0) })
    else { return false }
    return text.contains { "0123456789".contains($0) } || text.allSatisfy { "+-.".contains($0) }
  }

  private static let keywords: Set<String> = [
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<",
    ".inf", "+.inf", "-.inf", ".nan",
  ]

  private static func doubleQuoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where scalar.isHidden: quoted += scalar.escaped
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

extension Unicode.Scalar {
  /// Whether it is invisible or a no-break space.
  var isHidden: Bool { isInvisible || self == "\u{A0}" }

  /// `\UXXXXXXXX`, the escape in both YAML and bash.
  var escaped: String { "\\U" + value.text(width: 8, radix: 16) }
}
