import Foundation
import Testing
import TokenExchange

@testable import tokenxchange

/// Tokens are renewed in time, with random variation.
struct RenewalScheduleTests {
  /// A lifetime, an option, a random number, and the resulting delay.
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
    Row("--refresh-before earlier than 80 %", lifetime: 1000, before: 600, random: 0.5, wait: 400),
    Row("--refresh-before later than 80 %", lifetime: 1000, before: 60, random: 0.5, wait: 800),
    Row(
      "--refresh-before equal to the lifetime", lifetime: 3600, before: 3600, random: 0.5,
      wait: 1800),
    Row("--refresh-before above the lifetime", lifetime: 600, before: 3600, random: 0.5, wait: 300),
    Row(
      "--refresh-before just below the lifetime", lifetime: 3605, before: 3600, random: 0.5,
      wait: 1802.5),
    Row("--refresh-before of nine tenths", lifetime: 10, before: 9, random: 0.5, wait: 1),
    Row("unknown expiry", lifetime: nil, random: 0.5, wait: 48),
    Row("a second", lifetime: 1, random: 0, wait: 1),
    Row("already expired", lifetime: -5, random: 1, wait: 1),
  ]

  @Test("the delay until the renewal", arguments: rows)
  func waits(_ row: Row) {
    let wait = RenewalSchedule(refreshBefore: row.before).wait(
      lifetime: row.lifetime, random: row.random)
    #expect(abs(wait - row.wait) < 1e-9)
  }
}
