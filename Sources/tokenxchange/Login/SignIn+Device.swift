import OpenIDConnect
import Platform
import TokenExchange

/// The device flow: the user confirms a code with any browser.
extension SignIn {
  func deviceTokens(
    until deadline: Double, _ willPrompt: (SignInPage) -> Void
  ) throws(CommandError) -> TokenSet {
    let device = try granted { () throws(GrantError) in try client.begin(until: deadline) }
    try checkPage(of: device, until: deadline)
    let page = SignInPage(
      url: device.verificationURIComplete ?? device.verificationURI, userCode: device.userCode,
      end: end(min(deadline, world.uptime() + device.expiresIn)))
    willPrompt(page)
    world.show(.openPage(page, issuer: request.issuer, now: world.clock.boot()))
    if let page = device.browserPage(issuer: request.issuer) {
      openBrowser(page)
    } else {
      world.show(.pageNotServedByIssuer(request.issuer))
    }
    let wait = SignInWait(world)
    var poller = client
    poller.sleep = { wait.sleep($0) }
    return try granted { () throws(GrantError) in try poller.wait(for: device, until: deadline) }
  }

  /// Fails if Dex's page would show an error instead of a sign-in.
  ///
  /// A failed request is ignored: polling has its own retries.
  private func checkPage(
    of device: DeviceAuthorization, until deadline: Double
  ) throws(CommandError) {
    guard let check = try? client.check(device, until: deadline) else { return }
    if let error = check.result.error(
      request, notAllowed: .devicePageNotAllowed(request, redirectURI: check.uri ?? ""))
    {
      throw error
    }
  }

  /// Adds the request to an error.
  func granted<Value>(
    _ body: () throws(GrantError) -> Value
  ) throws(CommandError) -> Value {
    do throws(GrantError) { return try body() } catch { throw .grant(error, request) }
  }
}
