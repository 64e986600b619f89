import Foundation
import Testing
import TokenExchange

@testable import tokenxchange

/// Tokens are renewed in time, and with random variation.
struct RenewalScheduleTests {
  /// A lifetime, a flag and a random number, and the resulting wait.
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var lifetime: Double?
    var before: Double?
    var random: Double
    var wait: Double

    init(_ name: String, lifetime: Double?, before: Double? = nil, random: Double, wait: Double) {
      testDescription = name
      self.lifetime = lifetime
      self.before = before
      self.random = random
      self.wait = wait
    }
  }

  static let rows = [
    Row("earliest", lifetime: 1000, random: 0, wait: 720),
    Row("middle", lifetime: 1000, random: 0.5, wait: 800),
    Row("latest", lifetime: 1000, random: 1, wait: 880),
    Row("a day", lifetime: 86_400, random: 0.5, wait: 69_120),
    Row("ten seconds", lifetime: 10, random: 1, wait: 8.8),
    Row("before, earlier than 80 %", lifetime: 1000, before: 600, random: 0.5, wait: 400),
    Row("before, later than 80 %", lifetime: 1000, before: 60, random: 0.5, wait: 800),
    Row("before, all of the lifetime", lifetime: 3600, before: 3600, random: 0.5, wait: 1800),
    Row("before, longer than the lifetime", lifetime: 600, before: 3600, random: 0.5, wait: 300),
    Row(
      "before, nearly all of the lifetime", lifetime: 3605, before: 3600, random: 0.5, wait: 1802.5),
    Row("before, nine tenths", lifetime: 10, before: 9, random: 0.5, wait: 1),
    Row("end unknown", lifetime: nil, random: 0.5, wait: 48),
    Row("a second", lifetime: 1, random: 0, wait: 1),
    Row("over already", lifetime: -5, random: 1, wait: 1),
  ]

  @Test("the wait until the renewal", arguments: rows)
  func waits(_ row: Row) {
    let wait = RenewalSchedule(refreshBefore: row.before).wait(
      lifetime: row.lifetime, random: row.random)
    #expect(abs(wait - row.wait) < 1e-9)
  }
}
