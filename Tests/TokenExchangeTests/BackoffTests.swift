import Testing

@testable import TokenExchange

/// Pauses after failures are short at first, and long at last.
struct BackOffTests {
  static let outage = Problem(.network, "it is down", hint: "")
  static func refusal(status: Int = 400, _ code: String = "invalid_request") -> Problem {
    var problem = Problem(.refused, "no", hint: "")
    let text = "{\"error\":\"\(code)\"}"
    problem.refusal = OAuthError(
      JSON(parsing: Array(text.utf8)), in: HTTPResponse(status: status))
    return problem
  }

  /// A point in an outage, and the longest pause there.
  struct Row: Sendable {
    var failures: Int
    var outage: Double
    var longest: Double
    var refused: Double
  }

  static let rows = [
    Row(failures: 1, outage: 0, longest: 1, refused: 1),
    Row(failures: 2, outage: 1, longest: 2, refused: 2),
    Row(failures: 3, outage: 3, longest: 4, refused: 4),
    Row(failures: 4, outage: 7, longest: 4.8, refused: 8),
    Row(failures: 9, outage: 57, longest: 4.8, refused: 256),
    Row(failures: 10, outage: 60, longest: 5, refused: 300),
    Row(failures: 20, outage: 240, longest: 20, refused: 300),
    Row(failures: 50, outage: 720, longest: 60, refused: 300),
    Row(failures: 9_000_000, outage: 1e9, longest: 60, refused: 300),
  ]

  @Test(arguments: rows) func grows(_ row: Row) {
    func pause(_ problem: Problem, _ random: Double) -> Double {
      Backoff.pause(failures: row.failures, outage: row.outage, after: problem, random: random)
    }
    #expect(pause(Self.outage, 1) == row.longest)
    #expect(pause(Self.refusal(), 1) == row.refused)
    #expect(pause(Self.outage, 0) == min(row.longest * 0.625, 3))
    #expect(pause(Self.refusal(), 0) == min(row.refused * 0.625, 3))
  }

  @Test(arguments: [0.0, 0.25, 0.5, 0.75, 1])
  func asksAtMostTwelveTimesInHalfAMinuteAndEveryFiveSeconds(random: Double) {
    var time = 0.0
    var tries = 1
    while true {
      let pause = Backoff.pause(
        failures: tries, outage: time, after: Self.outage, random: random)
      #expect(pause < 5)
      time += pause
      guard time <= 30 else { break }
      tries += 1
    }
    #expect(tries <= 12)
  }

  @Test(arguments: [(0.0, 1.0), (10, 10), (299, 299), (86_400, 300)])
  func waitsAsLongAsTheServerAsks(_ asked: Double, _ waits: Double) {
    var problem = Self.outage
    problem.retryAfter = asked
    #expect(Backoff.pause(failures: 1, outage: 0, after: problem, random: 1) == waits)
  }

  @Test func aFailureOfDexItselfIsNoRefusal() {
    #expect(Self.refusal().isRefusal)
    #expect(Self.refusal(status: 401, "access_denied").isRefusal)
    #expect(!Self.refusal(status: 500, "server_error").isRefusal)
    #expect(!Self.outage.isRefusal)
  }
}
