public import FoundationEssentials

/// Exchanges a subject token at Dex's token endpoint, with retries, within a deadline.
///
/// ```swift
/// let exchanger = TokenExchanger(send: transport, now: Date.init, uptime: …, sleep: …, random: …)
/// let token = try exchanger.exchange(attempt, trust: .system, until: deadline, userAgent: "…")
/// ```
///
/// It works synchronously: the program that it serves does one thing and exits, and starting
/// Swift's concurrency costs more than the rest of a run.
public struct TokenExchanger: Sendable {
  /// Sends one request.
  public var send: HTTPTransport
  /// The wall clock.
  public var now: @Sendable () -> Date
  /// A clock that only goes forward, in seconds.
  public var uptime: @Sendable () -> Double
  /// Waits, in seconds.
  public var sleep: @Sendable (Double) -> Void
  /// A random number from 0 to 1.
  public var random: @Sendable () -> Double
  /// Hears what is done, for `--verbose`; never gets a secret.
  public var log: @Sendable (String) -> Void
  /// When to try again.
  public var retries = RetryPolicy()

  /// Makes an exchanger.
  public init(
    send: @escaping HTTPTransport, now: @escaping @Sendable () -> Date,
    uptime: @escaping @Sendable () -> Double, sleep: @escaping @Sendable (Double) -> Void,
    random: @escaping @Sendable () -> Double, log: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.send = send
    self.now = now
    self.uptime = uptime
    self.sleep = sleep
    self.random = random
    self.log = log
  }

  /// Exchanges the token.
  ///
  /// - Parameters:
  ///   - attempt: What to ask of whom.
  ///   - trust: Whose certificates Dex may show.
  ///   - deadline: The value of `uptime` at which to give up.
  ///   - start: The value of `uptime` from which a time-out counts, for messages; nil for now.
  ///   - userAgent: The value of `User-Agent`.
  /// - Returns: A token that is alive, and of the issuer and audiences asked for.
  /// - Throws: What the last request brought.
  public func exchange(
    _ attempt: ExchangeAttempt, trust: HTTPOptions.Trust, until deadline: Double,
    since start: Double? = nil, userAgent: String
  ) throws(Problem) -> IssuedToken {
    let request = attempt.request.httpRequest(tokenURL: attempt.url, userAgent: userAgent)
    let started = start ?? uptime()
    var waited = 0.0
    for number in 1... {
      let sent = now()
      let outcome = self.outcome(of: request, to: attempt.url, trust, started, deadline)
      let problem: Problem
      switch outcome.result {
      case .success(let answer):
        do {
          let token = try IssuedToken(answer: answer, to: attempt, now: sent)
          // Its time may have run out on the way.
          try attempt.expectation.check(token, now: now())
          return token
        } catch { problem = error }
      case .failure(let error): problem = error
      }
      let mayRepeat =
        outcome.outlook == .transient || outcome.outlook == .once && number == 1
      guard mayRepeat,
        let pause = retries.pause(
          attempt: number, waited: waited, retryAfter: outcome.retryAfter, random: random()),
        uptime() + pause < deadline
      else {
        throw problem.after(attempts: number, retryAfter: outcome.retryAfter)
          .redacted(for: request)
      }
      let reason = problem.redacted(for: request).sentence
      log("\(reason); trying again in \(Int(pause * 1000)) ms")
      sleep(pause)
      waited += pause
    }
    throw .unexpected("the retries ended without a result")
  }

  private struct Outcome {
    var result: Result<HTTPResponse, Problem>
    var outlook: RetryPolicy.Outlook
    var retryAfter: Double?
  }

  private func outcome(
    of request: HTTPRequest, to url: EndpointURL, _ trust: HTTPOptions.Trust, _ started: Double,
    _ deadline: Double
  ) -> Outcome {
    let begin = uptime()
    do throws(TransportError) {
      guard deadline > begin else { throw TransportError(.timedOut) }
      let options = HTTPOptions(trust: trust, timeout: deadline - begin)
      let answer = try request.send(by: send, options)
      log(answer.summary(from: url, seconds: uptime() - begin))
      return Outcome(
        result: .success(answer), outlook: RetryPolicy.outlook(status: answer.status),
        retryAfter: answer.headers["retry-after"].flatMap {
          HTTPDate.retryAfter($0, now: now())
        })
    } catch {
      return Outcome(
        result: .failure(.transport(error, to: url, seconds: deadline - started)),
        outlook: RetryPolicy.outlook(error.kind))
    }
  }
}

extension Problem {
  /// Something that should not happen.
  public static func unexpected(_ what: String) -> Problem {
    Problem(.unexpected, what, hint: "this is a fault of tokenxchange itself: please report it")
  }

  /// This problem, saying how often it was tried and how long the server asked to wait.
  func after(attempts: Int, retryAfter: Double?) -> Problem {
    var problem = self
    problem.retryAfter = retryAfter
    if attempts > 1 { problem.sentence += " (\(attempts) attempts)" }
    if let retryAfter, retryAfter >= 1, category == .network {
      problem.sentence += "; it asks to wait \(Lifetime.words(retryAfter.rounded(.up)))"
    }
    return problem
  }
}
