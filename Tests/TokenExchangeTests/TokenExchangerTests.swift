import FoundationEssentials
import Synchronization
import TestSupport
import Testing
import TokenExchange

@Suite struct TokenExchangerTests {
  /// The results of the transport, in order.
  typealias Outcome = Result<HTTPResponse, TransportError>

  /// A transport that replays results, and a clock that advances only while sleeping.
  final class ScriptedTransport: Sendable {
    let outcomes: Mutex<[Outcome]>
    let sleeps = Mutex<[Double]>([])
    let timeouts = Mutex<[Double]>([])
    let clock = Mutex(1000.0)

    init(_ outcomes: [Outcome]) { self.outcomes = Mutex(outcomes) }

    func exchanger(random: Double = 0.5) -> TokenExchanger {
      TokenExchanger(
        send: { _, options throws(TransportError) in
          self.timeouts.withLock { $0.append(options.timeout) }
          let next = self.outcomes.withLock { $0.isEmpty ? nil : $0.removeFirst() }
          guard let next else { throw TransportError.other("too many requests") }
          return try next.get()
        },
        now: { Sample.now }, uptime: { self.clock.withLock { $0 } },
        sleep: { span in
          self.sleeps.withLock { $0.append(span) }
          self.clock.withLock { $0 += span }
        },
        random: { random })
    }

    func exchange(timeout: Double = 10, random: Double = 0.5) throws -> IssuedToken {
      try exchanger(random: random).exchange(
        Sample.request(), trust: .system, until: 1000 + timeout, userAgent: "x")
    }
  }

  static let good = Outcome.success(Sample.success())
  static func status(_ status: Int, retryAfter: String? = nil) -> Outcome {
    .success(
      Sample.response(
        status, "busy", type: "text/plain",
        headers: retryAfter.map { ["retry-after": $0] } ?? [:]))
  }
  static func failure(_ error: TransportError) -> Outcome { .failure(error) }

  @Test(
    "temporary failures are retried",
    arguments: [
      Row("503 twice", [status(503), status(503), good], [0.1, 0.2]),
      Row("429 with Retry-After in seconds", [status(429, retryAfter: "2"), good], [2]),
      Row(
        "429 with Retry-After as a date",
        [status(429, retryAfter: "Sat, 21 Nov 2026 01:07:41 GMT"), good], [3]),
      Row("500 once", [status(500), good], [0.1]),
      Row("502 and 504", [status(502), status(504), good], [0.1, 0.2]),
      Row(
        "connection refused, then closed",
        [failure(.connectionRefused), failure(.connectionClosed), good],
        [0.1, 0.2]),
    ] as [Row<[Outcome], [Double]>])
  func retries(row: Row<[Outcome], [Double]>) throws {
    let transport = ScriptedTransport(row.input)
    _ = try transport.exchange()
    #expect(transport.sleeps.withLock { $0 } == row.output)
  }

  @Test(
    "gives up after a limited number of requests",
    arguments: [
      Row("503 every time", [status(503), status(503), status(503), good], 3),
      Row("500 twice", [status(500), status(500), good], 2),
      Row("500 after 503", [status(503), status(500), good], 2),
      Row("400", [status(400), good], 1), Row("401", [status(401), good], 1),
      Row("403", [status(403), good], 1), Row("404", [status(404), good], 1),
      Row(
        "unknown host name",
        [failure(.nameResolution(NameResolutionError(isServerFailure: false))), good], 1),
      Row(
        "name server failed",
        [failure(.nameResolution(NameResolutionError(isServerFailure: true))), good], 1),
      Row("TLS", [failure(.tls(.expired)), good], 1),
      Row("timeout", [failure(.timedOut(.response)), good], 1),
      Row("too large", [failure(.bodyTooLarge), good], 1),
      Row("Retry-After too long", [status(429, retryAfter: "30"), good], 1),
    ] as [Row<[Outcome], Int>])
  func givesUp(row: Row<[Outcome], Int>) {
    let transport = ScriptedTransport(row.input)
    #expect(throws: TokenExchangeError.self) { try transport.exchange() }
    #expect(transport.timeouts.withLock { $0.count } == row.output)
  }

  @Test("the waits add up to less than 5 s")
  func maximumWait() {
    let busy = Self.status(503, retryAfter: "3")
    let transport = ScriptedTransport([busy, busy, Self.good])
    #expect(throws: TokenExchangeError.self) { try transport.exchange() }
    #expect(transport.sleeps.withLock { $0 } == [3])
  }

  @Test("a request is not retried if Retry-After exceeds the timeout")
  func timeoutBeforeRetry() {
    let transport = ScriptedTransport([Self.status(503, retryAfter: "2"), Self.good])
    #expect(throws: TokenExchangeError.self) { try transport.exchange(timeout: 2) }
    #expect(transport.sleeps.withLock { $0 } == [])
  }

  @Test("each request gets the remaining time")
  func remainingTimeout() throws {
    let transport = ScriptedTransport([Self.status(429, retryAfter: "2"), Self.good])
    _ = try transport.exchange(timeout: 10)
    #expect(transport.timeouts.withLock { $0 } == [10, 8])
  }

  @Test("a token that expires before the response is processed is rejected")
  func expiresOnTheWay() {
    let transport = ScriptedTransport([Self.good])
    // The second reading of the clock follows the response.
    let moments = Mutex([Sample.now])
    var exchanger = transport.exchanger()
    exchanger.now = {
      moments.withLock { $0.isEmpty ? Sample.now.addingTimeInterval(1e9) : $0.removeFirst() }
    }
    let error = #expect(throws: TokenExchangeError.self) {
      try exchanger.exchange(Sample.request(), trust: .system, until: 1010, userAgent: "x")
    }
    let expired = InvalidToken.expired(
      at: Sample.now.addingTimeInterval(600), now: Sample.now.addingTimeInterval(1e9))
    #expect(
      error == .invalidResponse(InvalidResponse(.token(expired), status: 200), attempts: 1))
  }

  @Test("the error has the number of attempts and the server's Retry-After")
  func attemptsAndRetryAfter() {
    let refused = Self.failure(.connectionRefused)
    #expect(throws: TokenExchangeError.transport(TransportError.connectionRefused, attempts: 3)) {
      try ScriptedTransport([refused, refused, refused]).exchange()
    }
    var response = InvalidResponse(.serverError(.text("busy")), status: 429)
    response.retryAfter = 30
    #expect(throws: TokenExchangeError.invalidResponse(response, attempts: 1)) {
      try ScriptedTransport([Self.status(429, retryAfter: "30")]).exchange()
    }
  }
}
