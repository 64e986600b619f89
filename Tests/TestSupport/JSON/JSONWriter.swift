extension JSONValue {
  /// The value on one line, as Go's `encoding/json` writes it.
  public var text: String { written(indent: nil, level: 0) }

  /// The value over several lines, as Go's `json.MarshalIndent` writes it.
  public func indented(by width: Int = 2) -> String { written(indent: width, level: 0) }

  private func written(indent: Int?, level: Int) -> String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .double(let value): "\(value)"
    case .string(let value): Self.quoted(value)
    case .array(let values):
      Self.list(
        values.map { $0.written(indent: indent, level: level + 1) }, "[", "]", indent, level)
    case .object(let object):
      Self.list(
        object.members.map {
          Self.quoted($0.name) + (indent == nil ? ":" : ": ")
            + $0.value.written(indent: indent, level: level + 1)
        }, "{", "}", indent, level)
    }
  }

  private static func list(
    _ items: [String], _ open: String, _ close: String, _ indent: Int?, _ level: Int
  ) -> String {
    guard let indent, !items.isEmpty else { return open + items.joined(separator: ",") + close }
    let outer = String(repeating: " ", count: indent * level)
    let inner = outer + String(repeating: " ", count: indent)
    return open + "\n" + items.map { inner + $0 }.joined(separator: ",\n") + "\n" + outer + close
  }

  private static func quoted(_ value: String) -> String {
    var text = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      // Go escapes these three so that JSON can be embedded in HTML.
      case "<", ">", "&", "\u{0}"..<"\u{20}", "\u{2028}", "\u{2029}":
        let hex = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
