import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// Delays after failures start short and grow.
struct BackoffTests {
  static func outage(retryAfter: Double? = nil) throws -> CommandError {
    var response = InvalidResponse(.serverError(.html), status: 503)
    response.retryAfter = retryAfter
    return try exchange(.invalidResponse(response, attempts: 1))
  }

  static func rejection(
    status: Int = 400, _ code: String = "invalid_request"
  ) throws -> CommandError {
    try exchange(.oauth(OAuthError(code: code, status: status), attempts: 1))
  }

  private static func exchange(_ error: TokenExchangeError) throws -> CommandError {
    let request = TokenExchangeRequest(
      tokenURL: try EndpointURL("https://dex.example/token"), clientID: "c", connectorID: "c",
      subjectToken: SubjectToken(unchecked: Secret("s")), scopes: [])
    return .exchange(error, ExchangeContext(request: request, timeout: 10, now: Sample.now))
  }

  /// A point in an outage, and the maximum delay at that point.
  struct Row: Sendable {
    var failures: Int
    var outage: Double
    var longest: Double
    var rejected: Double
  }

  static let rows = [
    Row(failures: 1, outage: 0, longest: 1, rejected: 1),
    Row(failures: 2, outage: 1, longest: 2, rejected: 2),
    Row(failures: 3, outage: 3, longest: 4, rejected: 4),
    Row(failures: 4, outage: 7, longest: 4.8, rejected: 8),
    Row(failures: 9, outage: 57, longest: 4.8, rejected: 256),
    Row(failures: 10, outage: 60, longest: 5, rejected: 300),
    Row(failures: 20, outage: 240, longest: 20, rejected: 300),
    Row(failures: 50, outage: 720, longest: 60, rejected: 300),
    Row(failures: 9_000_000, outage: 1e9, longest: 60, rejected: 300),
  ]

  @Test("delays grow with the outage", arguments: rows) func grows(_ row: Row) throws {
    func pause(_ error: CommandError, _ random: Double) -> Double {
      Backoff.pause(failures: row.failures, outage: row.outage, after: error, random: random)
    }
    #expect(pause(try Self.outage(), 1) == row.longest)
    #expect(pause(try Self.rejection(), 1) == row.rejected)
    #expect(pause(try Self.outage(), 0) == min(row.longest * 0.625, 3))
    #expect(pause(try Self.rejection(), 0) == min(row.rejected * 0.625, 3))
  }

  @Test(
    "there are at most twelve attempts in 30 s, with delays below 5 s",
    arguments: [0.0, 0.25, 0.5, 0.75, 1])
  func attemptsOfHalfAMinute(random: Double) throws {
    let outage = try Self.outage()
    var time = 0.0
    var tries = 1
    while true {
      let pause = Backoff.pause(
        failures: tries, outage: time, after: outage, random: random)
      #expect(pause < 5)
      time += pause
      guard time <= 30 else { break }
      tries += 1
    }
    #expect(tries <= 12)
  }

  @Test(
    "Retry-After is honoured up to 300 s",
    arguments: [(0.0, 1.0), (10, 10), (299, 299), (86_400, 300)])
  func retryAfter(_ asked: Double, _ pause: Double) throws {
    let error = try Self.outage(retryAfter: asked)
    #expect(Backoff.pause(failures: 1, outage: 0, after: error, random: 1) == pause)
  }

  @Test("an OAuth error with status 500 is not a rejection")
  func rejections() throws {
    #expect(try Self.rejection().isRejection)
    #expect(try Self.rejection(status: 401, "access_denied").isRejection)
    #expect(try !Self.rejection(status: 500, "server_error").isRejection)
    #expect(try !Self.outage().isRejection)
  }
}
