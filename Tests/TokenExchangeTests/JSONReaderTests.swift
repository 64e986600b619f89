import Foundation
import Testing
import TokenExchange

/// Our reader and Foundation's take and refuse the same texts, but for a few against the RFC.
struct JSONReaderTests {
  static let texts = [
    "0", "-0", "-1", "12", "1.5", "1e3", "1E+2", "1e-2", "1.0", "-1.25e-3", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "123456789012345678901234567890", "1e400",
    "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "--1", "NaN", "Infinity", "1 2",
    "true", "false", "null", "True", "tru", "truee", " true ", "\t\n\r true", "\u{B}true",
    "[]", "[ ]", "[1,2]", "[1,]", "[,1]", "[1 2]", "[", "]", "[[[]]]", "[\"a\",{\"b\":null}]",
    "{}", "{ }", #"{"a":1}"#, #"{"a" : 1 , "b":2}"#, #"{"a":1,}"#, #"{"a"}"#, #"{a:1}"#, #"{1:1}"#,
    #"{"a":1 "b":2}"#, #"{"":""}"#, "{", "}", #"{"a":}"#,
    #""""#, #""a"#, #""\"""#, #""\\""#, #""\/""#, #""\b\f\n\r\t""#, #""\u0041""#, #""\u00e9""#,
    #""\uD83D\uDE00""#, #""\uD83D""#, #""\uDE00""#, #""\uD83Dx""#, #""\uD83D\u0041""#, #""\u12""#,
    #""\u12g4""#, #""\x""#, #""\""#, "\"\u{1}\"", "\"\n\"", "\"\u{7F}\"", "\"é😀\"", #""\u0000""#,
    "'a'", "// x\n1", "1 // x", "", " ", "\u{FEFF}1",
  ]

  @Test(arguments: texts)
  func agreesWithFoundation(_ text: String) throws {
    let data = Data(text.utf8)
    let theirs = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
    let ours = JSON(parsing: Array(data))
    // Foundation takes a comma before the end, and numbers beyond all bounds.
    if ["1e400", "[1,]", #"{"a":1,}"#].contains(text) { return #expect(ours == nil) }
    #expect((ours == nil) == (theirs == nil))
    guard let ours, let theirs else { return }
    #expect((ours.text() as NSString) == (try Self.text(theirs) as NSString))
  }

  /// What Foundation read, written by us.
  private static func text(_ value: Any) throws -> String {
    func json(_ value: Any) -> JSON {
      switch value {
      case let list as [Any]: .array(list.map(json))
      case let members as [String: Any]: .object(members.mapValues(json))
      case let text as String: .string(text)
      case let number as NSNumber where number.objCType.pointee == CChar(UInt8(ascii: "c")):
        .bool(number.boolValue)
      case let number as NSNumber:
        Int64(exactly: number).map { .integer($0) } ?? .number(number.doubleValue)
      default: .null
      }
    }
    return json(value).text()
  }

  @Test func refusesWhatIsNotUTF8() {
    #expect(JSON(parsing: [0x22, 0xFF, 0x22]) == nil)
    #expect(JSON(parsing: [0x22, 0xED, 0xA0, 0x80, 0x22]) == nil)
    #expect(JSON(parsing: [0x22, 0xC0, 0x80, 0x22]) == nil)
  }

  @Test func keepsTheLastOfDoubles() {
    #expect(JSON(parsing: Array(#"{"a":1,"a":2}"#.utf8)) == .object(["a": .integer(2)]))
  }

  @Test func limitsTheDepth() {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    #expect(JSON(parsing: nested(200)) != nil)
    #expect(JSON(parsing: nested(300)) == nil)
  }
}
