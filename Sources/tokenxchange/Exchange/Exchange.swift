import Platform
import TokenExchange

extension ExchangeConfiguration {
  /// Exchanges a subject token and validates the result; the timeout began at the uptime `start`.
  func issue(
    _ request: TokenExchangeRequest, _ trust: HTTPOptions.Trust, in world: World,
    since start: Double, attempts: Int = RetryPolicy().attempts, log: VerboseLog
  ) throws(CommandError) -> IssuedToken {
    let failure = { @Sendable (error: TokenExchangeError) in
      CommandError.exchange(
        error, ExchangeContext(request: request, timeout: timeout, now: world.now()))
    }
    var exchanger = TokenExchanger(
      send: try network(in: world).send, now: world.now, uptime: world.uptime, sleep: world.sleep,
      random: world.random
    ) { event in
      switch event {
      case .response(let status, let count, let seconds):
        log("POST \(request.tokenURL.text): \(status), \(count) bytes, \(Int(seconds * 1000)) ms")
      case .retry(let error, let pause):
        let message = Diagnosis(failure(error)).message.text
        log("\(message); trying again in \(Int(pause * 1000)) ms")
      }
    }
    exchanger.retries.attempts = attempts
    do throws(TokenExchangeError) {
      let token = try exchanger.exchange(
        request, trust: trust, until: start + timeout, userAgent: Version.userAgent)
      log(
        "issued token: "
          + request.shown(token.jwt?.summary(now: world.now()) ?? "opaque", maxLength: 600))
      return token
    } catch {
      throw failure(error)
    }
  }
}
