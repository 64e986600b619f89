import Encoding
import FoundationEssentials
import TestSupport
import Testing

@Suite struct TimestampTests {
  @Test(
    "timestamps are formatted as in RFC 3339",
    arguments: [
      Row("epoch", 0, "1970-01-01T00:00:00Z"),
      Row("fraction is dropped", 1_795_223_858.9, "2026-11-21T01:17:38Z"),
      Row("leap day", 1_709_164_800, "2024-02-29T00:00:00Z"),
      Row("end of February in a leap century", 951_868_799, "2000-02-29T23:59:59Z"),
      Row("March of a century without a leap day", 4_107_542_400, "2100-03-01T00:00:00Z"),
      Row("last second of the year 9999", 253_402_300_799, "9999-12-31T23:59:59Z"),
      Row("after the year 9999", 1e15, "9999-12-31T23:59:59Z"),
      Row("before the epoch", -1, "1970-01-01T00:00:00Z"),
    ] as [Row<Double, String>])
  func text(row: Row<Double, String>) {
    #expect(Timestamp.text(Date(timeIntervalSince1970: row.input)) == row.output)
  }

  @Test("timestamps agree with Foundation")
  func agreesWithFoundation() {
    for step in 0..<2000 {
      let date = Date(timeIntervalSince1970: Double(step) * 12_345_678.0)
      guard date.timeIntervalSince1970 <= Timestamp.last else { break }
      #expect(Timestamp.text(date) == date.formatted(.iso8601))
    }
  }
}

@Suite struct HTTPDateTests {
  @Test(
    "HTTP dates are parsed",
    arguments: [
      Row("recorded from Dex", "Sat, 21 Nov 2026 01:07:38 GMT", 1_795_223_258),
      Row("leap day", "Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800),
      Row("January", "Fri, 01 Jan 2100 00:00:00 GMT", 4_102_444_800),
      Row("other time zone", "Sat, 21 Nov 2026 01:07:38 CET", nil),
      Row("not a date", "soon", nil), Row("invalid month", "Sat, 21 Foo 2026 01:07:38 GMT", nil),
    ] as [Row<String, Double?>])
  func parses(row: Row<String, Double?>) {
    #expect(HTTPDate.parse(row.input)?.timeIntervalSince1970 == row.output)
  }

  @Test(
    "Retry-After is parsed as seconds or a date",
    arguments: [
      Row("seconds", "3", 3), Row("date", "Sat, 21 Nov 2026 01:07:48 GMT", 10),
      Row("past date", "Sat, 21 Nov 2026 01:07:08 GMT", 0), Row("negative", "-5", 0),
      Row("not a number or date", "later", nil), Row("infinite", "inf", nil),
    ] as [Row<String, Double?>])
  func retryAfter(row: Row<String, Double?>) {
    #expect(
      HTTPDate.retryAfter(row.input, now: Date(timeIntervalSince1970: 1_795_223_258)) == row.output)
  }
}
