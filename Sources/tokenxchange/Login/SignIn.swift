import Encoding
import OpenIDConnect
import Platform
import TokenExchange

/// Signs a user in at a terminal, with the browser flow or the device flow.
struct SignIn {
  var client: LoginClient
  var world: World
  var log: VerboseLog
  var flow: LoginFlow
  /// The connector to sign in with; nil lets the user choose.
  var connectorID: String?
  /// The port for the browser flow; nil for a free one.
  var listenPort: Int?
  /// Whether to start a browser.
  var opensBrowser: Bool
  /// The command to run in a terminal if this process has none.
  var remedy: LoginError.Remedy
  /// Why the tokens are not stored, if they are not.
  var noCache: LoginError.NoCacheReason?

  var request: LoginRequest { client.request }

  /// Shows a page and waits for the sign-in there, until the uptime `deadline`.
  ///
  /// `willPrompt` is called before the page is shown.
  func tokens(
    until deadline: Double, willPrompt: (SignInPage) -> Void = { _ in }
  ) throws(CommandError) -> TokenSet {
    guard world.terminal.isInteractive else {
      throw .login(.noTerminal(issuer: request.issuer, remedy: remedy, noCache: noCache))
    }
    switch flow {
    case .browser: return try browserTokens(until: deadline, willPrompt)
    case .auto where opensBrowser && Browser(world).isAvailable:
      do throws(CommandError) {
        return try browserTokens(until: deadline, willPrompt)
      } catch {
        guard case .login(.redirectNotAllowed) = error else { throw error }
        world.show(.usesDeviceFlow(clientID: request.clientID))
      }
      do throws(CommandError) {
        return try deviceTokens(until: deadline, willPrompt)
      } catch {
        throw error.afterRefusedRedirect
      }
    case .auto, .device: return try deviceTokens(until: deadline, willPrompt)
    }
  }

  /// Starts a browser, unless it is disabled or unavailable.
  func openBrowser(_ page: String) {
    let browser = Browser(world)
    guard opensBrowser, browser.isAvailable else {
      log("no browser is started")
      return
    }
    if let program = browser.open(page, in: world, hiding: request.clientSecret) {
      log("opened the page with \(program.sanitized())")
    } else {
      world.show(.browserNotStarted(browser.programs, isChosen: browser.isChosen))
    }
  }

  /// A deadline on the boot clock, which all processes share.
  func end(_ deadline: Double) -> Double { world.clock.boot() + deadline - world.uptime() }
}
