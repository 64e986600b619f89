import FoundationEssentials
import TokenExchange

/// Asks a person to sign in, by Dex's device flow.
///
/// Another way, such as a code that comes back to a port of this machine, would stand beside
/// this: it too ends in ``LoginTokens``.
struct SignIn {
  var client: LoginClient
  var world: World
  var opensBrowser: Bool
  /// What to run by hand where nobody can be asked.
  var command: String

  /// Asks and waits.
  ///
  /// - Parameter deadline: The uptime at which to give up.
  /// - Returns: The person's tokens.
  /// - Throws: That nobody can be asked, or what went wrong.
  func tokens(until deadline: Double) throws(Problem) -> LoginTokens {
    guard world.person.canBeAsked() else {
      throw .nobodyToAsk(client.request.issuer, command: command)
    }
    let device = try client.begin(until: deadline)
    show(device)
    return try client.wait(for: device, until: deadline)
  }

  private func show(_ device: DeviceAuthorization) {
    let issuer = client.request.issuer
    let own = device.browserPage(issuer: issuer)
    let lines = [
      "To sign in at \(issuer.authority), open",
      "    \(device.completePage ?? device.page)",
      "and confirm the code \(device.userCode), within \(Lifetime.words(device.life)).",
    ]
    for line in lines { world.writeError(line) }
    guard let own else {
      world.writeError("Look twice: this page is not at \(issuer.authority) by https.")
      return
    }
    guard opensBrowser else { return }
    let secret = client.request.clientSecret
    if let program = Browser.open(own, in: world, hiding: secret) {
      client.log("opened by \(CleanText.line(program))")
    } else {
      client.log("no browser was found")
    }
  }
}

extension Problem {
  /// A person is needed, and there is none.
  static func nobodyToAsk(_ issuer: EndpointURL, command: String) -> Problem {
    Problem(
      .signIn,
      "somebody must sign in at \(issuer.authority), and there is no terminal to ask for it",
      hint: "run this first, in a terminal: \(command)")
  }

  /// Who was asked before us gave up, and to ask again at once would be a storm.
  static func signInAbandoned(_ issuer: EndpointURL, command: String) -> Problem {
    Problem(
      .signIn, "the sign-in at \(issuer.authority) that another process began came to nothing",
      hint: "run this again, or by hand: \(command)")
  }
}
