import Encoding
public import FoundationEssentials

/// Exchanges a subject token at a token endpoint, with retries, within a deadline.
///
/// ```swift
/// let exchanger = TokenExchanger(send: transport, now: Date.init, uptime: …, sleep: …, random: …)
/// let token = try exchanger.exchange(request, trust: .system, until: deadline, userAgent: "…")
/// ```
///
/// It is synchronous: a credential plugin does one thing and exits, and starting Swift's
/// concurrency costs more than the rest of a run.
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
  /// Receives each step.
  public var log: @Sendable (TokenExchangeEvent) -> Void
  /// When to try again.
  public var retries = RetryPolicy()

  /// Makes an exchanger.
  public init(
    send: @escaping HTTPTransport, now: @escaping @Sendable () -> Date,
    uptime: @escaping @Sendable () -> Double, sleep: @escaping @Sendable (Double) -> Void,
    random: @escaping @Sendable () -> Double,
    log: @escaping @Sendable (TokenExchangeEvent) -> Void = { _ in }
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
  ///   - request: The exchange, and the claims that the token must have.
  ///   - trust: Which certificates to accept.
  ///   - deadline: The value of `uptime` at which to give up.
  ///   - userAgent: The value of `User-Agent`.
  /// - Returns: A token that has not expired, of the expected issuer and audiences.
  /// - Throws: The error of the last request.
  public func exchange(
    _ request: TokenExchangeRequest, trust: HTTPOptions.Trust, until deadline: Double,
    userAgent: String
  ) throws(TokenExchangeError) -> IssuedToken {
    let httpRequest = request.httpRequest(userAgent: userAgent)
    var number = 1
    var waited = 0.0
    while true {
      do throws(TokenExchangeError) {
        return try token(httpRequest, request, trust, deadline, number)
      } catch {
        let limit = RetryPolicy.retryLimit(of: error)
        guard limit == .transient || limit == .once && number == 1,
          let pause = retries.pause(
            attempt: number, waited: waited, retryAfter: error.retryAfter, random: random()),
          uptime() + pause < deadline
        else { throw error }
        log(.retry(error, pause: pause))
        sleep(pause)
        waited += pause
        number += 1
      }
    }
  }

  /// Sends one request and reads the response.
  private func token(
    _ httpRequest: HTTPRequest, _ request: TokenExchangeRequest, _ trust: HTTPOptions.Trust,
    _ deadline: Double, _ number: Int
  ) throws(TokenExchangeError) -> IssuedToken {
    let sent = now()
    let start = uptime()
    let response: HTTPResponse
    do throws(TransportError) {
      guard deadline > start else { throw TransportError.timedOut(.response) }
      response = try httpRequest.send(
        by: send, HTTPOptions(trust: trust, timeout: deadline - start))
    } catch {
      throw .transport(error, attempts: number)
    }
    log(
      .response(
        status: response.status, byteCount: response.body.count, seconds: uptime() - start))
    do throws(TokenResponseError) {
      return try IssuedToken(response: response, to: request, sent: sent, now: now())
    } catch {
      let retryAfter = response.headers["retry-after"].flatMap {
        HTTPDate.retryAfter($0, now: now())
      }
      throw TokenExchangeError(error.withRetryAfter(retryAfter), attempts: number)
    }
  }
}

/// A step of an exchange, for a log; it contains no secret.
public enum TokenExchangeEvent: Equatable, Sendable {
  /// A response was received.
  case response(status: Int, byteCount: Int, seconds: Double)
  /// A request failed and will be repeated after a pause, in seconds.
  case retry(TokenExchangeError, pause: Double)
}

extension TokenResponseError {
  /// The same with the seconds that the server asked to wait.
  fileprivate func withRetryAfter(_ seconds: Double?) -> TokenResponseError {
    switch self {
    case .oauth(var error):
      error.retryAfter = seconds
      return .oauth(error)
    case .invalidResponse(var response):
      response.retryAfter = seconds
      return .invalidResponse(response)
    }
  }
}
