import Platform
import TokenExchange

extension ExchangeConfiguration {
  /// Exchanges a subject token and validates the result.
  ///
  /// - Parameters:
  ///   - attempt: The request.
  ///   - trust: Which certificates Dex may have.
  ///   - world: Sends the request.
  ///   - start: The uptime from which the timeout counts.
  ///   - attempts: Requests at most.
  ///   - log: Gets each step.
  /// - Returns: The issued token.
  /// - Throws: ``CommandError/exchange(_:_:)``.
  func issue(
    _ attempt: ExchangeAttempt, _ trust: HTTPOptions.Trust, in world: World, since start: Double,
    attempts: Int = RetryPolicy().attempts, log: VerboseLog
  ) throws(CommandError) -> IssuedToken {
    let failure = { @Sendable (error: TokenExchangeError) in
      CommandError.exchange(
        error, ExchangeContext(attempt: attempt, timeout: timeout, now: world.now()))
    }
    var exchanger = TokenExchanger(
      send: world.network.send, now: world.now, uptime: world.uptime, sleep: world.sleep,
      random: world.random
    ) { event in
      switch event {
      case .response(let status, let count, let seconds):
        log("POST \(attempt.url.text): \(status), \(count) bytes, \(Int(seconds * 1000)) ms")
      case .retry(let error, let pause):
        log(
          """
          \(Diagnosis(failure(error)).message.text); trying again in \(Int(pause * 1000)) ms
          """)
      }
    }
    exchanger.retries.attempts = attempts
    do throws(TokenExchangeError) {
      let token = try exchanger.exchange(
        attempt, trust: trust, until: start + timeout, userAgent: Version.userAgent)
      log(
        "issued token: "
          + attempt.shown(token.jwt?.summary(now: world.now()) ?? "opaque", maxLength: 600))
      return token
    } catch {
      throw failure(error)
    }
  }
}
