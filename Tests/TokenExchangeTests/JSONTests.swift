import TestSupport
import Testing
import TokenExchange

@Suite struct JSONTests {
  @Test(arguments: [
    Row("object", #"{"b":1,"a":[true,null,"x"]}"#, #"{"a":[true,null,"x"],"b":1}"#),
    Row("empty ones", #"{"a":{},"b":[]}"#, #"{"a":{},"b":[]}"#),
    Row("largest integer", "9223372036854775807", "9223372036854775807"),
    Row("fraction", "1.5", "1.5"),
    Row("a whole number as a power", "1e2", "100"),
    Row("beyond 64 bits", "1e30", "1e+30"),
    Row("the first of two", #"{"a":1,"a":2}"#, #"{"a":1}"#),
    Row("byte order mark", "\u{FEFF}[]", "[]"),
    Row("brackets in text", #"["\"[[[","]]]"]"#, #"["\"[[[","]]]"]"#),
    Row("slash stays", #""a\/b""#, #""a/b""#),
    Row("quotes and backslash", #""\"\\""#, #""\"\\""#),
    Row("control characters", #""\u0001\t\n""#, #""\u0001\t\n""#),
    Row("beyond ASCII", #""é😀""#, #""é😀""#),
    Row("line separator", "\"\u{2028}\"", #""\u2028""#),
  ])
  func readsAndWrites(row: Row<String, String>) throws {
    let json = try #require(JSON(parsing: Array(row.input.utf8)))
    #expect(json.text() == row.output)
    #expect(JSON(parsing: Array(json.text(indented: true).utf8)) == json)
  }

  @Test(arguments: ["", "{", "{]", "nul", #"{"a":1}x"#, "<html>", #"{"a":"#, "\u{0}"])
  func refuses(text: String) {
    #expect(JSON(parsing: Array(text.utf8)) == nil)
  }

  @Test(
    arguments: [
      Row("64 lists", nested(64, "[", "]"), true), Row("65 lists", nested(65, "[", "]"), false),
      Row("64 objects", nested(64, #"{"a":"#, "}", "1"), true),
      Row("65 objects", nested(65, #"{"a":"#, "}", "1"), false),
      Row("100,000 lists", nested(100_000, "[", "]"), false),
      Row("never closed", nested(100_000, "[", ""), false),
      Row("20,000 values", list(20_000), true), Row("20,001 values", list(20_001), false),
      Row("half a million values", list(500_000), false),
      Row("a long text", "\"" + String(repeating: "a", count: 1 << 20) + "\"", true),
    ])
  func isModest(row: Row<String, Bool>) {
    #expect((JSON(parsing: Array(row.input.utf8)) != nil) == row.output)
  }

  private static func nested(
    _ depth: Int, _ opening: String, _ closing: String, _ core: String = ""
  ) -> String {
    String(repeating: opening, count: depth) + core + String(repeating: closing, count: depth)
  }

  private static func list(_ count: Int) -> String {
    "[" + String(repeating: "0,", count: count - 1) + "0]"
  }

  @Test(
    arguments: [
      Row("integer", "599", 599), Row("float", "599.5", 599.5), Row("string", #""599""#, 599),
      Row("other string", #""soon""#, nil), Row("infinite", #""inf""#, nil),
      Row("boolean", "true", nil), Row("huge", "1e300", 1e300),
    ] as [Row<String, Double?>])
  func numbersAreReadLeniently(row: Row<String, Double?>) throws {
    let json = try #require(JSON(parsing: Array(row.input.utf8)))
    #expect(json.lenientNumber == row.output)
  }

  @Test func indentsForPeople() throws {
    let json = JSON.object(["a": .array([.integer(1), .object([:])]), "b": .null])
    let expected = """
      {
        "a": [
          1,
          {}
        ],
        "b": null
      }
      """
    #expect(json.text(indented: true) == expected)
  }
}
