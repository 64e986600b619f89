extension JSON {
  /// The JSON text without a newline at its end: members sorted by name, `/` not escaped, on one line
  /// or indented by two spaces.
  package func text(indented: Bool = false) -> String {
    var text = ""
    write(to: &text, indent: indented ? 0 : nil)
    return text
  }

  /// A string as a JSON string literal, which is also a YAML one.
  ///
  /// Line separators, control characters and invisible characters are escaped, so that the literal
  /// stays on one line wherever it is pasted.
  package static func quote(_ string: String) -> String {
    // Most strings are names and tokens, which need no escaping; the loop below is slow.
    let isPlain = string.utf8.allSatisfy {
      0x20 <= $0 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    if isPlain { return "\"" + string + "\"" }
    var text = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}",
        "\u{FFFE}", "\u{FFFF}":
        text += "\\u" + scalar.value.text(width: 4, radix: 16)
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }

  private func write(to text: inout String, indent: Int?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let string): text += Self.quote(string)
    case .array(let items):
      Self.list(items.count, "[", "]", to: &text, indent: indent) { index, inner, text in
        items[index].write(to: &text, indent: inner)
      }
    case .object(let members):
      let members = members.members
      Self.list(members.count, "{", "}", to: &text, indent: indent) { index, inner, text in
        text += Self.quote(members[index].name) + (inner == nil ? ":" : ": ")
        members[index].value.write(to: &text, indent: inner)
      }
    }
  }

  private static func list(
    _ count: Int, _ opening: String, _ closing: String, to text: inout String, indent: Int?,
    item: (Int, Int?, inout String) -> Void
  ) {
    text += opening
    for index in 0..<count {
      if index > 0 { text += "," }
      if let indent { text += "\n" + String(repeating: "  ", count: indent + 1) }
      item(index, indent.map { $0 + 1 }, &text)
    }
    if let indent, count > 0 { text += "\n" + String(repeating: "  ", count: indent) }
    text += closing
  }
}
