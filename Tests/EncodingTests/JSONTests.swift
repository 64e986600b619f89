import Encoding
import TestSupport
import Testing

@Suite struct JSONTests {
  @Test(
    "parsed JSON is serialized in canonical form",
    arguments: [
      Row("object", #"{"b":1,"a":[true,null,"x"]}"#, #"{"a":[true,null,"x"],"b":1}"#),
      Row("empty object and array", #"{"a":{},"b":[]}"#, #"{"a":{},"b":[]}"#),
      Row("largest integer", "9223372036854775807", "9223372036854775807"),
      Row("fraction", "1.5", "1.5"),
      Row("integer with an exponent", "1e2", "100"),
      Row("above the 64-bit range", "1e30", "1e+30"),
      Row("brackets in a string", #"["\"[[[","]]]"]"#, #"["\"[[[","]]]"]"#),
      Row("slash is not escaped", #""a\/b""#, #""a/b""#),
      Row("quotes and backslash", #""\"\\""#, #""\"\\""#),
      Row("control characters", #""\u0001\t\n""#, #""\u0001\t\n""#),
      Row("non-ASCII", #""é😀""#, #""é😀""#),
      Row("line separator", "\"\u{2028}\"", #""\u2028""#),
    ])
  func roundTrip(row: Row<String, String>) throws {
    let json = try #require(JSON(parsing: Array(row.input.utf8)))
    #expect(json.text() == row.output)
    #expect(JSON(parsing: Array(json.text(indented: true).utf8)) == json)
  }

  @Test(
    "numbers and numeric strings are converted",
    arguments: [
      Row("integer", "599", 599), Row("float", "599.5", 599.5), Row("string", #""599""#, 599),
      Row("non-numeric string", #""soon""#, nil), Row("infinite", #""inf""#, nil),
      Row("boolean", "true", nil), Row("huge", "1e300", 1e300),
    ] as [Row<String, Double?>])
  func numbers(row: Row<String, Double?>) throws {
    let json = try #require(JSON(parsing: Array(row.input.utf8)))
    #expect(json.lenientNumber == row.output)
  }

  @Test("output can be indented")
  func indented() throws {
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
