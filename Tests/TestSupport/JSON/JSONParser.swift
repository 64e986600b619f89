import Foundation

/// A JSON syntax error.
public struct JSONSyntaxError: Error, CustomStringConvertible {
  /// The byte offset of the error.
  public var offset: Int
  /// The error message.
  public var description: String { "not JSON at byte \(offset)" }
}

extension JSONValue {
  /// Parses a JSON value that fills the whole text.
  public init(parsing text: some Sequence<UInt8>) throws {
    var parser = JSONParser(bytes: Array(text))
    self = try parser.document()
  }

  /// Parses a JSON value that fills the whole text.
  public init(parsing text: String) throws { try self.init(parsing: text.utf8) }
}

private struct JSONParser {
  var bytes: [UInt8]
  var at = 0

  mutating func document() throws -> JSONValue {
    let value = try self.value(depth: 0)
    space()
    guard at == bytes.count else { throw failure }
    return value
  }

  var failure: JSONSyntaxError { JSONSyntaxError(offset: at) }
  var current: UInt8? { at < bytes.count ? bytes[at] : nil }

  mutating func space() {
    while let byte = current, [0x20, 0x0A, 0x0D, 0x09].contains(byte) { at += 1 }
  }

  mutating func take(_ byte: Character) -> Bool {
    space()
    guard current == byte.asciiValue else { return false }
    at += 1
    return true
  }

  mutating func value(depth: Int) throws -> JSONValue {
    space()
    guard depth < 64, let byte = current else { throw failure }
    switch Character(UnicodeScalar(byte)) {
    case "{": return .object(try object(depth: depth))
    case "[": return .array(try array(depth: depth))
    case "\"": return .string(try string())
    case "t": return try word("true", .bool(true))
    case "f": return try word("false", .bool(false))
    case "n": return try word("null", .null)
    default: return try number()
    }
  }

  mutating func word(_ word: String, _ value: JSONValue) throws -> JSONValue {
    guard bytes[at...].starts(with: word.utf8) else { throw failure }
    at += word.utf8.count
    return value
  }

  mutating func object(depth: Int) throws -> JSONObject {
    var members: [(String, JSONValue)] = []
    at += 1
    if take("}") { return JSONObject() }
    repeat {
      space()
      guard current == 0x22 else { throw failure }
      let name = try string()
      guard take(":") else { throw failure }
      members.append((name, try value(depth: depth + 1)))
    } while take(",")
    guard take("}") else { throw failure }
    return JSONObject(members)
  }

  mutating func array(depth: Int) throws -> [JSONValue] {
    var values: [JSONValue] = []
    at += 1
    if take("]") { return values }
    repeat { values.append(try value(depth: depth + 1)) } while take(",")
    guard take("]") else { throw failure }
    return values
  }

  mutating func number() throws -> JSONValue {
    let start = at
    while let byte = current, "+-.0123456789eE".utf8.contains(byte) { at += 1 }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if let value = Int(text) { return .integer(value) }
    guard let value = Double(text) else { throw failure }
    return .double(value)
  }

  /// Foundation decodes escapes, if there are any.
  mutating func string() throws -> String {
    let start = at
    at += 1
    while let byte = current, byte != 0x22 { at += byte == 0x5C ? 2 : 1 }
    guard current == 0x22 else { throw failure }
    at += 1
    let literal = bytes[start..<at]
    guard !literal.contains(where: { $0 < 0x20 }) else { throw failure }
    guard literal.contains(0x5C) else {
      return String(decoding: literal.dropFirst().dropLast(), as: UTF8.self)
    }
    return try JSONDecoder().decode(String.self, from: Data(literal))
  }
}
