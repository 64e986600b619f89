import Encoding
import OpenIDConnect
import Platform
import TokenExchange

/// Signs a user in with Dex's device flow.
///
/// Another flow, such as an authorization code on a loopback port, would also return a ``TokenSet``.
struct SignIn {
  var client: DeviceFlowClient
  var world: World
  var log: VerboseLog
  var opensBrowser: Bool
  /// The command to run in a terminal where there is none.
  var rerunCommand: String
  /// The flag that turns the cache off, if one is on.
  var noCacheFlag: String?

  var issuer: EndpointURL { client.request.issuer }

  /// Shows the page and the code, and waits for the sign-in.
  ///
  /// - Parameters:
  ///   - deadline: The uptime at which to give up.
  ///   - willAsk: Called before the page and the code are shown, which some runs do not reach.
  /// - Returns: The tokens.
  /// - Throws: ``CommandError/login(_:)`` without a terminal, or ``CommandError/deviceFlow(_:_:)``.
  func tokens(
    until deadline: Double, willAsk: () -> Void = {}
  ) throws(CommandError) -> TokenSet {
    guard world.terminal.isInteractive else {
      throw .login(
        .noTerminal(issuer: issuer, command: rerunCommand, noCacheFlag: noCacheFlag))
    }
    do throws(DeviceFlowError) {
      let device = try client.begin(until: deadline)
      willAsk()
      show(device)
      return try client.wait(for: device, until: deadline)
    } catch {
      throw .deviceFlow(error, client.request)
    }
  }

  /// Explains to a user at a terminal why nothing happens.
  func showWaiting(for processID: String) {
    guard world.terminal.isInteractive else { return }
    world.show(.waitingForProcess(processID, issuer: issuer))
  }

  private func show(_ device: DeviceAuthorization) {
    world.show(.openPage(device, issuer: issuer))
    guard let page = device.browserPage(issuer: issuer) else {
      world.show(.pageNotServedByIssuer(issuer))
      return
    }
    guard opensBrowser else { return }
    if let program = Browser.open(page, in: world, hiding: client.request.clientSecret) {
      log("opened the page with \(program.sanitized())")
    } else {
      log("found no browser")
    }
  }
}
