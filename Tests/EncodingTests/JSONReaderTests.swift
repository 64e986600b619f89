import Encoding
import Foundation
import TestSupport
import Testing

/// Valid and invalid JSON, based on the public RFC 8259 test suite and on malicious input that
/// earlier readers handled badly.
@Suite("JSON reader") struct JSONReaderTests {
  typealias Rejection = Row<[UInt8], JSONError>

  static func text(_ name: String, _ text: String, _ error: JSONError) -> Rejection {
    Row(name, Array(text.utf8), error)
  }

  static func nested(_ depth: Int, _ opening: String, _ closing: String, _ core: String = "")
    -> String
  {
    String(repeating: opening, count: depth) + core + String(repeating: closing, count: depth)
  }

  static let structures: [Rejection] = [
    text("empty input", "", .unexpectedByte(at: 0)),
    text("white space", " \n", .unexpectedByte(at: 2)),
    text("open object", "{", .unexpectedByte(at: 1)),
    text("open array", "[", .unexpectedByte(at: 1)),
    text("wrong bracket", "{]", .unexpectedByte(at: 1)),
    text("closing bracket only", "]", .unexpectedByte(at: 0)),
    text("trailing comma in an array", "[1,]", .unexpectedByte(at: 3)),
    text("trailing comma in an object", #"{"a":1,}"#, .unexpectedByte(at: 7)),
    text("leading comma", "[,1]", .unexpectedByte(at: 1)),
    text("two commas", "[1,,2]", .unexpectedByte(at: 3)),
    text("missing comma", "[1 2]", .unexpectedByte(at: 3)),
    text("missing colon", #"{"a" 1}"#, .unexpectedByte(at: 5)),
    text("missing value", #"{"a":}"#, .unexpectedByte(at: 5)),
    text("a number as a name", "{1:2}", .unexpectedByte(at: 1)),
    text("an unquoted name", "{a:2}", .unexpectedByte(at: 1)),
    text("single quotes", "{'a':2}", .unexpectedByte(at: 1)),
    text("two values", "1 2", .unexpectedByte(at: 2)),
    text("text after the value", "{}x", .unexpectedByte(at: 2)),
    text("a comment", "[1]//", .unexpectedByte(at: 3)),
    text("a zero byte", "\u{0}", .unexpectedByte(at: 0)),
    text("a zero byte after the value", "1\u{0}", .unexpectedByte(at: 1)),
    text("a form feed", "[\u{C}1]", .unexpectedByte(at: 1)),
    text("a no-break space", "\u{A0}1", .unexpectedByte(at: 0)),
    text("a truncated literal", "nul", .unexpectedByte(at: 3)),
    text("capitalized literal", "True", .unexpectedByte(at: 0)),
    text("extra letter after a literal", "nulll", .unexpectedByte(at: 4)),
    text("a web page", "<html>", .unexpectedByte(at: 0)),
    text("byte order mark", "\u{FEFF}[]", .unexpectedByte(at: 0)),
    Row("UTF-16, big-endian", [0, 0x5B, 0, 0x5D], .unexpectedByte(at: 0)),
    Row("UTF-16, little-endian", [0x5B, 0, 0x5D, 0], .unexpectedByte(at: 1)),
    Row("UTF-16 with a byte order mark", [0xFE, 0xFF, 0, 0x5B, 0, 0x5D], .unexpectedByte(at: 0)),
    Row("UTF-32", [0, 0, 0, 0x31], .unexpectedByte(at: 0)),
    text("duplicate name", #"{"exp":4000000000,"exp":1}"#, .duplicateName("exp")),
    text("duplicate name, one escaped", #"{"exp":1,"\u0065xp":2}"#, .duplicateName("exp")),
    text("duplicate name, not adjacent", #"{"b":1,"a":2,"c":3,"b":4}"#, .duplicateName("b")),
    text("duplicate name in a nested object", #"[{"a":{"":1,"":1}}]"#, .duplicateName("")),
  ]

  static let numbers: [Rejection] = [
    text("leading zero", "01", .unexpectedByte(at: 1)),
    text("minus only", "-", .unexpectedByte(at: 1)),
    text("plus", "+1", .unexpectedByte(at: 0)), text("leading dot", ".5", .unexpectedByte(at: 0)),
    text("trailing dot", "1.", .unexpectedByte(at: 2)),
    text("missing exponent", "1e", .unexpectedByte(at: 2)),
    text("no digits in the exponent", "1e+", .unexpectedByte(at: 3)),
    text("two signs", "--1", .unexpectedByte(at: 1)),
    text("hexadecimal", "0x1", .unexpectedByte(at: 1)),
    text("NaN", "NaN", .unexpectedByte(at: 0)),
    text("Infinity", "-Infinity", .unexpectedByte(at: 1)),
    text("negative with a leading zero", "-01", .unexpectedByte(at: 2)),
    text("non-ASCII digit", "١", .unexpectedByte(at: 0)),
    text("too large for a Double", "1e400", .numberOutOfRange(at: 0)),
    text("501 digits", "[" + String(repeating: "1", count: 501) + "]", .numberOutOfRange(at: 1)),
  ]

  static let strings: [Rejection] = [
    text("unterminated string", #""a"#, .unexpectedByte(at: 2)),
    text("unterminated string after an escape", #""a\n"#, .unexpectedByte(at: 4)),
    text("a newline", "\"a\nb\"", .invalidString(at: 2)),
    text("a tab", "\"a\tb\"", .invalidString(at: 2)),
    text("a zero byte", "\"\u{0}\"", .invalidString(at: 1)),
    text("a control character after an escape", "\"\\n\u{1F}\"", .invalidString(at: 3)),
    text("unknown escape", #""\a""#, .invalidString(at: 1)),
    text("hexadecimal escape", #""\x41""#, .invalidString(at: 1)),
    text("backslash at the end", #""\"#, .invalidString(at: 1)),
    text("incomplete escape", #""\u00A""#, .invalidString(at: 1)),
    text("invalid hexadecimal digit", #""\u00G0""#, .invalidString(at: 1)),
    text("a sign in an escape", #""\u+041""#, .invalidString(at: 1)),
    text("lone leading surrogate", #""\ud800""#, .invalidString(at: 1)),
    text("lone trailing surrogate", #""\udc00""#, .invalidString(at: 1)),
    text("two leading surrogates", #""\ud800\ud800""#, .invalidString(at: 1)),
    text("leading surrogate before an escaped letter", #""\ud800\u0041""#, .invalidString(at: 1)),
    text("leading surrogate before plain text", #""\ud800x""#, .invalidString(at: 1)),
    Row("a stray continuation byte", [0x22, 0x80, 0x22], .invalidString(at: 1)),
    Row("an incomplete UTF-8 sequence", [0x22, 0xC3, 0x22], .invalidString(at: 1)),
    Row("an overlong slash", [0x22, 0xC0, 0xAF, 0x22], .invalidString(at: 1)),
    Row("a surrogate in UTF-8", [0x22, 0xED, 0xA0, 0x80, 0x22], .invalidString(at: 1)),
    Row("above U+10FFFF", [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], .invalidString(at: 1)),
    Row(
      "invalid UTF-8 in a name", [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], .invalidString(at: 2)),
    Row("invalid UTF-8 after an escape", [0x22, 0x5C, 0x6E, 0xFF, 0x22], .invalidString(at: 1)),
  ]

  /// Malicious input is rejected as soon as it exceeds a limit.
  static let limits: [Rejection] = [
    text("65 arrays", nested(65, "[", "]"), .tooDeep),
    text("65 objects", nested(65, #"{"a":"#, "}", "1"), .tooDeep),
    text("a million open arrays", nested(1_000_000, "[", ""), .tooDeep),
    text("a million open objects", nested(1_000_000, #"{"":"#, ""), .tooDeep),
    text("20,001 elements", "[" + String(repeating: "0,", count: 20_000) + "0]", .tooManyValues),
    text(
      "20,001 members",
      "{" + (0...20_000).map { "\"\($0)\":0" }.joined(separator: ",") + "}", .tooManyValues),
    text(
      "500 arrays in UTF-16 with U+2200",
      String(
        decoding: "[\"\u{2200}\"".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }, as: UTF8.self
      ),
      .unexpectedByte(at: 0)),
  ]

  @Test(
    "invalid JSON is rejected with the reason", arguments: structures + numbers + strings + limits)
  func rejects(row: Rejection) {
    #expect(throws: row.output) { try JSON(reading: row.input) }
    #expect(JSON(parsing: row.input) == nil)
  }

  @Test(
    "valid JSON is accepted",
    arguments: [
      Row("white space", " \t\r\n[ ] \n", .array([])), Row("null", "null", .null),
      Row("true and false", "[true,false]", .array([.bool(true), .bool(false)])),
      Row("minus zero", "-0", .integer(0)), Row("zero", "0", .integer(0)),
      Row("largest integer", "9223372036854775807", .integer(.max)),
      Row("smallest integer", "-9223372036854775808", .integer(.min)),
      Row("above the 64-bit range", "9223372036854775808", .number(9_223_372_036_854_775_808)),
      Row("below the 64-bit range", "-9223372036854775809", .number(-9_223_372_036_854_775_808)),
      Row("integer with a zero fraction", "1795223258.0", .integer(1_795_223_258)),
      Row("integer with an exponent", "1e2", .integer(100)), Row("fraction", "0.1", .number(0.1)),
      Row("exponents", "[1E-2,1.5e+3]", .array([.number(0.01), .integer(1500)])),
      Row("underflows a Double", "1e-400", .integer(0)),
      Row("every escape", #""\"\\\/\b\f\n\r\t\u0041""#, .string("\"\\/\u{8}\u{C}\n\r\tA")),
      Row("escaped zero", #""\u0000""#, .string("\u{0}")),
      Row("surrogate pair", #""\ud83d\uDE00""#, .string("😀")),
      Row("noncharacter", #""\uFFFF""#, .string("\u{FFFF}")),
      Row("delete character", "\"\u{7F}\"", .string("\u{7F}")),
      Row("non-ASCII", "\"é😀\"", .string("é😀")),
      Row("byte order mark in a string", "\"\u{FEFF}\"", .string("\u{FEFF}")),
      Row("empty name", #"{"":0}"#, .object(["": .integer(0)])),
      Row("brackets in a string", #"["[[{","]]"]"#, .array([.string("[[{"), .string("]]")])),
    ] as [Row<String, JSON>])
  func accepts(row: Row<String, JSON>) throws {
    #expect(try JSON(reading: Array(row.input.utf8)) == row.output)
  }

  @Test(
    "documents at the limits are accepted",
    arguments: [
      nested(64, "[", "]"), nested(64, #"{"a":"#, "}", "1"),
      "[" + String(repeating: "0,", count: 19_999) + "0]",
      "[" + String(repeating: "1", count: 494) + "e-400]",
      "\"" + String(repeating: "a", count: 1 << 20) + "\"",
      "\"" + String(repeating: #"\u2200"#, count: 100_000) + "\"",
    ])
  func isAccepted(text: String) {
    #expect(throws: Never.self) { try JSON(reading: Array(text.utf8)) }
  }

  @Test("canonically equivalent names are distinct members")
  func equivalentNames() throws {
    let json = try JSON(reading: Array("{\"e\u{301}\":1,\"\u{E9}\":2}".utf8))
    #expect(json["e\u{301}"] == .integer(1))
    #expect(json["\u{E9}"] == .integer(2))
    #expect(json.object?.keys.count == 2)
    #expect(JSON.string("e\u{301}") != .string("\u{E9}"))
    #expect(try JSON(reading: Array("{\"\u{212A}\":1}".utf8))["K"] == nil)
  }

  @Test("members can be set, replaced and removed")
  func members() {
    var object: JSON.Object = ["b": .null, "a": .integer(1), "b": .integer(2)]
    object["c"] = .integer(3)
    object["a"] = nil
    object["x"] = nil
    #expect(JSON.object(object).text() == #"{"b":2,"c":3}"#)
  }

  @Test("malicious input of 1 MB is parsed in linear time, within a generous 30 s")
  func isFast() {
    let text62 = Self.nested(62, "[", "]", String(repeating: "null,", count: 19_900) + "null")
    let wide =
      "{" + (0..<20_000).reversed().map { "\"member \($0)\":0" }.joined(separator: ",") + "}"
    let escapes = "\"" + String(repeating: #"\n"#, count: 500_000) + "\""
    let utf16 = (Self.nested(500, "[", "]", String(repeating: "\"\u{2200}\",", count: 8_000) + "0"))
      .utf16
      .flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    let clock = ContinuousClock()
    let duration = clock.measure {
      for bytes in [text62, wide, escapes].map({ Array($0.utf8) }) {
        #expect(JSON(parsing: bytes) != nil)
      }
      #expect(JSON(parsing: utf16) == nil)
    }
    #expect(duration < .seconds(30))
  }
}

/// Compares the reader with Foundation's, using documents from a seeded generator.
@Suite("JSON reader compared with JSONSerialization") struct JSONComparisonTests {
  /// A small random number generator with a fixed sequence for each seed.
  struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  static func document(_ depth: Int, _ generator: inout Generator) -> String {
    let space = ["", "", " ", "\n\t"].randomElement(using: &generator) ?? ""
    let count = Int.random(in: 0...4, using: &generator)
    switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &generator) {
    case 0: return space + (["true", "false", "null"].randomElement(using: &generator) ?? "null")
    case 1: return "\(Int64.random(in: .min ... .max, using: &generator))"
    case 2: return "\(Double.random(in: -1e9...1e9, using: &generator))"
    case 3, 4:
      let pieces = [
        "a", "Z", "\\n", "\\\"", "\\/", "\\u00e9", "\\ud83d\\ude00", "é", "東", "😀", "{", ",",
      ]
      return "\"" + (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
        + "\""
    case 5:
      return "[" + (0..<count).map { _ in document(depth - 1, &generator) }.joined(separator: ",")
        + space + "]"
    default:
      return "{"
        + (0..<count).map { "\"m\($0)\"" + space + ":" + document(depth - 1, &generator) }
        .joined(separator: ",") + "}" + space
    }
  }

  static func isEqual(_ json: JSON?, _ value: Any) -> Bool {
    switch json {
    case .null?: value is NSNull
    case .bool(let bool)?: value as? Bool == bool
    case .integer(let integer)?: (value as? NSNumber)?.int64Value == integer
    // Compared as text, because Foundation stores some numbers as decimals.
    case .number(let number)?: Double("\(value)") == number
    case .string(let text)?: value as? String == text
    case .array(let items)?:
      (value as? [Any]).map { $0.count == items.count && zip(items, $0).allSatisfy(isEqual) }
        ?? false
    case .object(let members)?:
      (value as? [String: Any]).map { other in
        members.keys.count == other.count
          && members.keys.allSatisfy { name in
            other[name].map { isEqual(members[name], $0) } ?? false
          }
      } ?? false
    case nil: false
    }
  }

  @Test("2,000 valid documents are parsed as by Foundation", arguments: 0..<20)
  func validDocuments(seed: UInt64) throws {
    var generator = Generator(state: seed)
    for _ in 0..<100 {
      let text = Self.document(4, &generator)
      let other = try JSONSerialization.jsonObject(
        with: Data(text.utf8), options: .fragmentsAllowed)
      #expect(Self.isEqual(JSON(parsing: Array(text.utf8)), other), "\(text)")
    }
  }

  @Test("damaged documents that Foundation rejects are rejected", arguments: 0..<20)
  func damagedDocuments(seed: UInt64) {
    var generator = Generator(state: seed &+ 1000)
    for _ in 0..<100 {
      var bytes = Array(Self.document(3, &generator).utf8)
      guard !bytes.isEmpty else { continue }
      let place = Int.random(in: bytes.indices, using: &generator)
      if Bool.random(using: &generator) {
        bytes.remove(at: place)
      } else {
        bytes[place] = UInt8.random(in: 0...255, using: &generator)
      }
      guard JSON(parsing: bytes) != nil else { continue }
      #expect(
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil,
        "\(String(decoding: bytes, as: UTF8.self))")
    }
  }
}
