import Encoding
package import FoundationEssentials
package import TokenExchange

/// Signs a user in with the device authorization grant (RFC 8628) and refreshes their tokens.
package struct DeviceFlowClient: Sendable {
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
  /// Waits, in seconds.
  package var sleep: @Sendable (Double) -> Void
  /// Receives each step.
  package var log: @Sendable (DeviceFlowEvent) -> Void
  /// The value of `User-Agent`.
  package var userAgent: String

  /// The longest time for one request, in seconds.
  static let requestTimeout = 10.0

  /// Makes a client.
  package init(
    request: LoginRequest, trust: HTTPOptions.Trust, send: @escaping HTTPTransport,
    now: @escaping @Sendable () -> Date, uptime: @escaping @Sendable () -> Double,
    sleep: @escaping @Sendable (Double) -> Void, log: @escaping @Sendable (DeviceFlowEvent) -> Void,
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

  /// Requests a device code and polls once with it.
  ///
  /// Dex returns device codes even if the device flow is disabled; only a poll shows that. So it
  /// happens before anything is shown to the user.
  ///
  /// - Parameter deadline: The value of `uptime` at which to give up.
  /// - Returns: The codes and the page to show to the user.
  /// - Throws: An OAuth error, a transport error or an invalid response.
  package func begin(until deadline: Double) throws(DeviceFlowError) -> DeviceAuthorization {
    let response = try send(request.device(userAgent: userAgent), request.deviceURL, deadline)
    var device = try DeviceAuthorization(response, to: request)
    switch try poll(device, until: deadline) {
    case .pending, .tokens: break
    case .slowDown: device.slowDown()
    case .expired: throw .codeExpired(seconds: device.expiresIn)
    }
    return device
  }

  /// The result of one poll.
  enum Progress {
    case pending, slowDown, expired
    case tokens(TokenSet)
  }

  /// Polls once.
  func poll(_ device: DeviceAuthorization, until deadline: Double) throws(DeviceFlowError)
    -> Progress
  {
    let sent = now()
    let response = try send(
      request.poll(device.deviceCode, userAgent: userAgent), request.tokenURL, deadline)
    switch JSON(parsing: response.body)?["error"]?.string {
    case "authorization_pending": return .pending
    case "slow_down": return .slowDown
    case "expired_token": return .expired
    default: return .tokens(try TokenSet(response, to: request, now: sent))
    }
  }

  /// Exchanges a refresh token for new tokens.
  ///
  /// The request is never retried: Dex may have replaced the refresh token although its response was
  /// lost.
  ///
  /// - Parameters:
  ///   - refreshToken: The refresh token.
  ///   - subject: The `sub` of the current ID token, which the new one must have too (OpenID Connect
  ///     Core, section 12.2); nil if it is unknown.
  ///   - deadline: The value of `uptime` at which to give up.
  /// - Returns: New tokens; nil if Dex rejects the refresh token.
  /// - Throws: A failure after which the refresh token may still be valid.
  package func refresh(
    _ refreshToken: Secret, subject: String?, until deadline: Double
  ) throws(DeviceFlowError) -> TokenSet? {
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
    // Without rotation the old one stays valid.
    tokens.refreshToken = tokens.refreshToken ?? refreshToken
    return tokens
  }

  private func send(
    _ request: HTTPRequest, _ url: EndpointURL, _ deadline: Double
  ) throws(DeviceFlowError) -> HTTPResponse {
    let start = uptime()
    let timeout = min(deadline - start, Self.requestTimeout)
    do throws(TransportError) {
      guard timeout > 0 else { throw TransportError.timedOut(.response) }
      let response = try request.send(by: send, HTTPOptions(trust: trust, timeout: timeout))
      log(
        .response(
          url, status: response.status, byteCount: response.body.count, seconds: uptime() - start))
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

/// A step of a sign-in, for a log; it holds no secret.
package enum DeviceFlowEvent: Equatable, Sendable {
  /// A response was received.
  case response(EndpointURL, status: Int, byteCount: Int, seconds: Double)
  /// The server rejected the refresh token.
  case refreshTokenRejected(OAuthError)
  /// A poll failed, and polling continues.
  case pollFailed(DeviceFlowError)
}
