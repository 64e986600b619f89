import FoundationEssentials
import TestSupport
import Testing

@testable import tokenxchange

@Suite struct DurationTextTests {
  @Test(
    "durations are formatted",
    arguments: [
      Row("seconds", 119.0, "119 s"), Row("minutes", 120, "2 min"), Row("an hour", 3600, "1 h"),
      Row("an hour and minutes", 4440, "1 h 14 min"), Row("hours", 7200, "2 h"),
      Row("hours and minutes", 9000, "2 h 30 min"), Row("days", 172_800, "2 d"),
      Row("almost two years", 63_000_000, "729 d"), Row("decades", 1_795_910_400, "56 years"),
      Row("negative", -30, "30 s"), Row("very large", 1e300, "over 100 years"),
    ])
  func text(row: Row<Double, String>) {
    #expect(DurationText.text(row.input) == row.output)
  }

  @Test(
    "time limits are formatted with the given precision",
    arguments: [
      Row("a millisecond", 0.001, "0.001 s"), Row("milliseconds", 0.25, "0.25 s"),
      Row("seconds", 90.0, "90 s"), Row("minutes", 300, "5 min"),
      Row("minutes and seconds", 125, "125 s"),
      Row("hours", 5400, "1 h 30 min"),
    ])
  func timeLimit(row: Row<Double, String>) {
    #expect(DurationText.exact(row.input) == row.output)
  }
}
