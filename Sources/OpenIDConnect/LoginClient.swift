import Encoding
package import FoundationEssentials
package import TokenExchange

/// Signs a user in with an authorization code (RFC 6749, section 4.1) or a device code (RFC 8628),
/// and refreshes their tokens.
///
/// A deadline is a value of `uptime` at which to give up.
package struct LoginClient: Sendable {
  /// The issuer, the client and the scopes.
  package var request: LoginRequest
  /// The CAs that are trusted.
  package var trust: HTTPOptions.Trust
  /// Sends one request.
  package var send: HTTPTransport
  /// The wall clock.
  package var now: @Sendable () -> Date
  /// A monotonic clock, in seconds.
  package var uptime: @Sendable () -> Double
  /// Waits, in seconds; returns false if the sign-in was abandoned meanwhile.
  package var sleep: @Sendable (Double) -> Bool
  /// Receives each step.
  package var log: @Sendable (LoginEvent) -> Void
  /// The value of `User-Agent`.
  package var userAgent: String

  /// The longest time for one request, in seconds.
  static let requestTimeout = 10.0

  /// Makes a client.
  package init(
    request: LoginRequest, trust: HTTPOptions.Trust, send: @escaping HTTPTransport,
    now: @escaping @Sendable () -> Date, uptime: @escaping @Sendable () -> Double,
    sleep: @escaping @Sendable (Double) -> Bool, log: @escaping @Sendable (LoginEvent) -> Void,
    userAgent: String
  ) {
    self.request = request
    self.trust = trust
    self.send = send
    self.now = now
    self.uptime = uptime
    self.sleep = sleep
    self.log = log
    self.userAgent = userAgent
  }

  /// Exchanges a refresh token for new tokens.
  ///
  /// The request is never retried: Dex may have replaced the refresh token although its response
  /// was lost. If `subject` is known, the new ID token must have the same `sub` (OpenID Connect Core,
  /// section 12.2). Returns nil if Dex rejects the refresh token; after an error, it may still be
  /// valid.
  package func refresh(
    _ refreshToken: Secret, subject: String?, until deadline: Double
  ) throws(GrantError) -> TokenSet? {
    let sent = now()
    let response = try send(
      request.refresh(refreshToken, userAgent: userAgent), request.tokenURL, deadline)
    if let error = OAuthError(JSON(parsing: response.body), in: response),
      error.rejectsRefreshToken
    {
      log(.refreshTokenRejected(error))
      return nil
    }
    var tokens = try TokenSet(response, to: request, now: sent)
    guard subject == nil || tokens.idToken.jwt?.subject.hasSameBytes(as: subject) == true else {
      throw .subjectChanged(request.tokenURL)
    }
    // Without rotation, the old refresh token stays valid.
    tokens.refreshToken = tokens.refreshToken ?? refreshToken
    return tokens
  }

  /// Sends one request, and waits at most ten seconds for its response.
  func send(
    _ request: HTTPRequest, _ url: EndpointURL, _ deadline: Double
  ) throws(GrantError) -> HTTPResponse {
    let start = uptime()
    let timeout = min(deadline - start, Self.requestTimeout)
    do throws(TransportError) {
      guard timeout > 0 else { throw TransportError.timedOut(.response) }
      let response = try request.send(by: send, HTTPOptions(trust: trust, timeout: timeout))
      log(
        .response(
          request.method, url, status: response.status, byteCount: response.body.count,
          seconds: uptime() - start))
      return response
    } catch {
      throw .transport(error, url, timeout: max(timeout, 0))
    }
  }
}

extension OAuthError {
  /// Whether the refresh token is invalid.
  ///
  /// Otherwise the client or the server is at fault, and the token may still be valid.
  fileprivate var rejectsRefreshToken: Bool {
    status < 500 && status != 429
      && !["invalid_client", "server_error", "temporarily_unavailable"].contains(code)
  }
}

/// A step of a sign-in, for a log; it contains no secret.
package enum LoginEvent: Equatable, Sendable {
  /// A response was received.
  case response(String, EndpointURL, status: Int, byteCount: Int, seconds: Double)
  /// The server rejected the refresh token.
  case refreshTokenRejected(OAuthError)
  /// A poll failed, and polling continues.
  case pollFailed(GrantError)
}
