import Encoding
import TokenExchange

extension DeviceFlowClient {
  /// Polls until the user has signed in (RFC 8628, sections 3.4 and 3.5).
  ///
  /// Network failures are retried: a laptop may change networks while its user types.
  ///
  /// - Parameters:
  ///   - device: The response that the user was just shown.
  ///   - deadline: The value of `uptime` at which to give up.
  /// - Returns: The tokens.
  /// - Throws: An OAuth error, the expiry of the code, or a failure that polling cannot overcome.
  package func wait(
    for device: DeviceAuthorization, until deadline: Double
  ) throws(DeviceFlowError) -> TokenSet {
    let start = uptime()
    let end = min(start + device.expiresIn, deadline)
    var device = device
    var backoff = 0.0
    var lastError: DeviceFlowError?
    while true {
      let pause = device.interval + backoff
      guard uptime() + pause < end else {
        // Wait for the rest, so that the duration in the message is true.
        sleep(max(0, end - uptime()))
        throw lastError ?? .codeExpired(seconds: uptime() - start)
      }
      sleep(pause)
      do throws(DeviceFlowError) {
        switch try poll(device, until: end) {
        case .tokens(let tokens): return tokens
        case .expired: throw DeviceFlowError.codeExpired(seconds: uptime() - start)
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
}
