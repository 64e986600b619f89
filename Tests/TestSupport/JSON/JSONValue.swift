import Foundation

/// A JSON value that keeps the order of members, independent of the product's JSON code.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  /// A number with a fraction or an exponent, or one that does not fit in an `Int`.
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
  package static func strings(_ values: [String]) -> JSONValue { .array(values.map(Self.string)) }

  package subscript(name: String) -> JSONValue? { object?[name] }

  package var string: String? { if case .string(let value) = self { value } else { nil } }
  package var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  package var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  package var number: Double? {
    if case .double(let value) = self { value } else { integer.map(Double.init) }
  }
  /// The strings of an array, without its other elements.
  package var strings: [String]? { array?.compactMap(\.string) }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByFloatLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .integer(value) }
  package init(floatLiteral value: Double) { self = .double(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object; members whose value is nil are left out.
  package init(dictionaryLiteral elements: (String, JSONValue?)...) {
    self = .object(JSONObject(elements))
  }
}

/// The members of a JSON object in their order; equal to the same members in any order.
package struct JSONObject: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  package private(set) var members: [(name: String, value: JSONValue)]

  /// Leaves out the members without a value.
  package init(_ members: [(String, JSONValue?)] = []) {
    self.members = members.compactMap { name, value in value.map { (name, $0) } }
  }

  package init(dictionaryLiteral elements: (String, JSONValue?)...) { self.init(elements) }

  package var names: [String] { members.map(\.name) }

  /// Setting nil removes a member, setting a new one appends it.
  package subscript(name: String) -> JSONValue? {
    get { members.first { $0.name == name }?.value }
    set {
      let index = members.firstIndex { $0.name == name } ?? members.endIndex
      members.replaceSubrange(
        index..<min(index + 1, members.endIndex), with: newValue.map { [(name, $0)] } ?? [])
    }
  }

  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.count == right.members.count
      && left.members.allSatisfy { right[$0.name] == $0.value }
  }
}

// MARK: Writing

extension JSONValue {
  /// The value on one line, as Go's `encoding/json` writes it.
  package var text: String { written("", "") }

  /// The value over several lines, as Go's `json.MarshalIndent` writes it.
  package func indented(by width: Int = 2) -> String {
    written(String(repeating: " ", count: width), "\n")
  }

  /// `line` is a line break and the current indentation; empty for everything on one line.
  private func written(_ indentation: String, _ line: String) -> String {
    let inner = line + indentation
    func list(_ open: String, _ items: [String], _ close: String) -> String {
      items.isEmpty
        ? open + close : open + inner + items.joined(separator: "," + inner) + line + close
    }
    return switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string(let value): Self.quoted(value)
    case .array(let values): list("[", values.map { $0.written(indentation, inner) }, "]")
    case .object(let object):
      list(
        "{",
        object.members.map {
          Self.quoted($0.name) + (line.isEmpty ? ":" : ": ") + $0.value.written(indentation, inner)
        }, "}")
    }
  }

  private static func quoted(_ value: String) -> String {
    value.unicodeScalars.reduce(into: "\"") { text, scalar in
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      // Go escapes the first three so that JSON can be embedded in HTML.
      case "<", ">", "&", "\u{0}"..<"\u{20}", "\u{2028}", "\u{2029}":
        text += "\\u" + String(String(scalar.value + 0x10000, radix: 16).dropFirst())
      default: text.unicodeScalars.append(scalar)
      }
    } + "\""
  }
}

// MARK: Parsing

extension JSONValue {
  /// Parses a text that is one JSON value.
  package init(parsing text: some Sequence<UInt8>) throws {
    var parser = JSONParser(rest: Array(text)[...])
    self = try parser.value(depth: 0)
    guard !parser.take(""), parser.rest.isEmpty else { throw parser.failure }
  }

  package init(parsing text: String) throws { try self.init(parsing: text.utf8) }
}

private struct JSONParser {
  struct SyntaxError: Error { var offset: Int }

  var rest: ArraySlice<UInt8>
  var failure: SyntaxError { SyntaxError(offset: rest.startIndex) }

  /// Skips white space, and the token if it comes next.
  mutating func take(_ token: String) -> Bool {
    while let byte = rest.first, " \n\r\t".utf8.contains(byte) { rest.removeFirst() }
    guard !token.isEmpty, rest.starts(with: token.utf8) else { return false }
    rest.removeFirst(token.utf8.count)
    return true
  }

  mutating func value(depth: Int) throws -> JSONValue {
    guard depth < 64 else { throw failure }
    if take("\"") { return .string(try string()) }
    if take("{") {
      let members = try list("}") { parser throws -> (String, JSONValue) in
        guard parser.take("\"") else { throw parser.failure }
        let name = try parser.string()
        guard parser.take(":") else { throw parser.failure }
        return (name, try parser.value(depth: depth + 1))
      }
      return .object(JSONObject(members))
    }
    if take("[") { return .array(try list("]") { try $0.value(depth: depth + 1) }) }
    for (word, value) in [("true", true), ("false", false), ("null", JSONValue.null)]
    where take(word) { return value }
    let number = rest.prefix { "+-.0123456789eE".utf8.contains($0) }
    let text = String(decoding: number, as: UTF8.self)
    let value = Int(text).map(JSONValue.integer) ?? Double(text).map(JSONValue.double)
    guard let value else { throw failure }
    rest = rest[number.endIndex...]
    return value
  }

  private mutating func list<Element>(
    _ end: String, _ element: (inout Self) throws -> Element
  ) throws -> [Element] {
    var elements: [Element] = []
    if take(end) { return elements }
    repeat { elements.append(try element(&self)) } while take(",")
    guard take(end) else { throw failure }
    return elements
  }

  /// The rest of a string after its opening quote; Foundation decodes escapes, if there are any.
  private mutating func string() throws -> String {
    var end = rest.startIndex
    while end < rest.endIndex, rest[end] != 0x22 { end += rest[end] == 0x5C ? 2 : 1 }
    guard end < rest.endIndex, case let literal = rest[..<end],
      !literal.contains(where: { $0 < 0x20 })
    else { throw failure }
    rest = rest[(end + 1)...]
    guard literal.contains(0x5C) else { return String(decoding: literal, as: UTF8.self) }
    return try JSONDecoder().decode(String.self, from: Data([0x22] + literal + [0x22]))
  }
}
