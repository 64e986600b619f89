import Encoding
import TokenExchange

/// The device authorization grant (RFC 8628).
extension LoginClient {
  /// Requests a device code and polls once with it.
  ///
  /// Dex returns device codes even if the device flow is disabled; only a poll shows that, so
  /// one is sent before anything is shown to the user.
  package func begin(until deadline: Double) throws(GrantError) -> DeviceAuthorization {
    let response = try send(request.device(userAgent: userAgent), request.deviceURL, deadline)
    var device = try DeviceAuthorization(response, to: request)
    switch try poll(device, until: deadline) {
    case .pending, .tokens: break
    case .slowDown: device.slowDown()
    case .expired: throw .notCompleted(seconds: device.expiresIn)
    }
    return device
  }

  /// Polls until the user has signed in (RFC 8628, sections 3.4 and 3.5).
  ///
  /// Network failures are retried: a laptop may change networks while its user types.
  package func wait(
    for device: DeviceAuthorization, until deadline: Double
  ) throws(GrantError) -> TokenSet {
    let start = uptime()
    let end = min(start + device.expiresIn, deadline)
    var device = device
    var backoff = 0.0
    var lastError: GrantError?
    while true {
      let pause = device.interval + backoff
      guard uptime() + pause < end else {
        // Waits until the deadline, so that the duration in the message is correct.
        guard sleep(max(0, end - uptime())) else { throw .abandoned }
        throw lastError ?? .notCompleted(seconds: uptime() - start)
      }
      guard sleep(pause) else { throw .abandoned }
      do throws(GrantError) {
        switch try poll(device, until: end) {
        case .tokens(let tokens): return tokens
        case .expired: throw GrantError.notCompleted(seconds: uptime() - start)
        case .slowDown: device.slowDown()
        case .pending: break
        }
        backoff = 0
        lastError = nil
      } catch {
        guard error.isTransient else { throw error }
        log(.pollFailed(error))
        lastError = error
        backoff = min(max(device.interval, backoff * 2), 60)
      }
    }
  }

  private enum Progress {
    case pending, slowDown, expired
    case tokens(TokenSet)
  }

  private func poll(
    _ device: DeviceAuthorization, until deadline: Double
  ) throws(GrantError) -> Progress {
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
}
