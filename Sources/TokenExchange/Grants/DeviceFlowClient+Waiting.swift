extension DeviceFlowClient {
  /// Polls until the person has signed in (RFC 8628, sections 3.4 and 3.5).
  ///
  /// Time is taken from the clock that only goes forward: setting the other one changes nothing.
  ///
  /// - Parameters:
  ///   - device: What the person was shown, a moment ago.
  ///   - deadline: The value of `uptime` at which to give up.
  /// - Returns: The tokens.
  /// - Throws: A refusal, the end of the code's life, or a fault that waiting does not mend.
  public func wait(
    for device: DeviceAuthorization, until deadline: Double
  ) throws(Problem) -> TokenSet {
    let start = uptime()
    let end = min(start + device.life, deadline)
    var device = device
    var setback = 0.0
    var trouble: Problem?
    while true {
      let pause = device.interval + setback
      guard uptime() + pause < end else {
        // The rest is waited for, so that the message tells the truth.
        sleep(max(0, end - uptime()))
        throw trouble ?? .codeExpired(request, seconds: uptime() - start)
      }
      sleep(pause)
      do throws(Problem) {
        switch try poll(device, until: end) {
        case .tokens(let tokens): return tokens
        case .expired: throw Problem.codeExpired(request, seconds: uptime() - start)
        case .slowDown: device.slowDown()
        case .waiting: break
        }
        setback = 0
        trouble = nil
      } catch {
        // A laptop changes networks, a proxy restarts: the person may be typing all the while.
        guard error.category == .network, !error.cause.isCertificateRejected else { throw error }
        log("\(error.sentence); polling goes on")
        trouble = error
        setback = min(max(device.interval, setback * 2), 60)
      }
    }
  }
}
