import TokenExchange

extension YAML {
  /// The text of a file: documents with `---` between them.
  static func file(_ documents: [YAML]) -> String {
    documents.map { $0.text }.joined(separator: "---\n")
  }

  /// The text, the same for the same value every time; every string is a JSON literal, so that no
  /// reader can take it for anything else: `yes`, `1e3`, `null`, a date.
  var text: String {
    var lines: [String] = []
    write(to: &lines, indent: 0, lead: "")
    return lines.map { $0 + "\n" }.joined()
  }

  /// Lines of comment.
  static func comment(_ text: String, indent: Int = 0) -> [String] {
    let margin = String(repeating: " ", count: indent)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      // A line separator in a name would end the comment and begin YAML.
      let shown = String(String.UnicodeScalarView(line.unicodeScalars.filter(isHarmless)))
      return shown.isEmpty ? margin + "#" : margin + "# " + shown
    }
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}",
      "\u{FFFE}", "\u{FFFF}":
      false
    default: true
    }
  }

  /// Writes the value behind `lead`, which is `key:` or `-` or nothing at the top.
  private func write(to lines: inout [String], indent: Int, lead: String) {
    let margin = String(repeating: " ", count: indent)
    func onOneLine(_ text: String) {
      lines.append(margin + (lead.isEmpty ? text : lead + " " + text))
    }
    switch self {
    case .string(let text): onOneLine(JSON.quote(text))
    case .integer(let value): onOneLine(String(value))
    case .bool(let value): onOneLine(value ? "true" : "false")
    case .list([]): onOneLine("[]")
    case .map([]): onOneLine("{}")
    case .file(let document):
      onOneLine("|")
      // Its strings are JSON literals on one line each, so that nothing in it can end the block.
      lines += document.text.split(separator: "\n").map { margin + "  " + $0 }
    case .noted(let comment, let value):
      lines += Self.comment(comment, indent: indent)
      value.write(to: &lines, indent: indent, lead: lead)
    case .list(let items):
      if !lead.isEmpty { lines.append(margin + lead) }
      let inner = lead.isEmpty ? indent : indent + 2
      for item in items { item.write(to: &lines, indent: inner, lead: "-") }
    case .map(let members):
      let inner = lead.isEmpty ? indent : indent + 2
      // The first member of a list's item stands beside its dash.
      let isItem = lead == "-"
      if !isItem, !lead.isEmpty { lines.append(margin + lead) }
      for (index, member) in members.enumerated() {
        let start = lines.count
        member.value.write(to: &lines, indent: inner, lead: Self.key(member.key) + ":")
        guard isItem, index == 0 else { continue }
        let first = lines[start...].firstIndex { !$0.drop { $0 == " " }.hasPrefix("#") } ?? start
        for comment in start..<first {
          lines[comment] = margin + lines[comment].drop { $0 == " " }
        }
        lines[first] = margin + "- " + lines[first].dropFirst(inner)
      }
    }
  }

  /// A key, bare if nobody can misread it.
  private static func key(_ text: String) -> String {
    let isPlain =
      text.first.map { $0.isASCII && $0.isLetter } == true
      && text.utf8.allSatisfy { byte in
        switch UInt8(byte) {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
          UInt8(ascii: "/"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
    let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
    return isPlain && !words.contains(text.lowercased()) ? text : JSON.quote(text)
  }
}
