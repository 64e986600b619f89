import FoundationEssentials
import TokenExchange

/// Asks a person to sign in, by Dex's device flow.
///
/// Another way, such as a code that comes back to a port of this machine, would stand beside
/// this: it too ends in ``TokenSet``.
struct SignIn {
  var client: DeviceFlowClient
  var world: World
  var opensBrowser: Bool
  /// What to run by hand where nobody can be asked.
  var command: String
  /// The flag because of which nothing is kept, if there is one: then to sign in first is of no use.
  var forgetful: String?

  /// Asks and waits.
  ///
  /// - Parameters:
  ///   - deadline: The uptime at which to give up.
  ///   - willAsk: Called just before the person is asked, which is not the case in all runs.
  /// - Returns: The person's tokens.
  /// - Throws: That nobody can be asked, or what went wrong.
  func tokens(until deadline: Double, willAsk: () -> Void = {}) throws(Problem) -> TokenSet {
    guard world.person.isInteractive() else {
      throw .nobodyToAsk(client.request.issuer, command: command, forgetful: forgetful)
    }
    let device = try client.begin(until: deadline)
    willAsk()
    show(device)
    return try client.wait(for: device, until: deadline)
  }

  /// Tells a person why nothing happens, where there is one.
  func tellOfWaiting(for process: String) {
    guard world.person.isInteractive() else { return }
    world.writeError(
      "Waiting for the sign-in at \(client.request.issuer.authority) that process \(process) asks for."
    )
  }

  private func show(_ device: DeviceAuthorization) {
    let issuer = client.request.issuer
    let own = device.browserPage(issuer: issuer)
    let lines = [
      "To sign in at \(issuer.authority), open",
      "    \(device.verificationURIComplete ?? device.page)",
      "and confirm the code \(device.userCode), within \(Lifetime.words(device.life)).",
    ]
    for line in lines { world.writeError(line) }
    guard let own else {
      world.writeError("Warning: this page is not served over HTTPS by \(issuer.authority).")
      return
    }
    guard opensBrowser else { return }
    let secret = client.request.clientSecret
    if let program = Browser.open(own, in: world, hiding: secret) {
      client.log("opened by \(program.sanitized())")
    } else {
      client.log("no browser was found")
    }
  }
}

extension Problem {
  /// A person is needed, and there is none.
  static func nobodyToAsk(
    _ issuer: EndpointURL, command: String, forgetful: String?
  ) -> Problem {
    Problem(
      .signIn,
      "somebody must sign in at \(issuer.authority), and there is no terminal to ask for it",
      hint: forgetful.map {
        "with \($0) nothing is kept, so every run needs a terminal: leave it out, then run this "
          + "first, in a terminal: \(command)"
      } ?? "run this first, in a terminal: \(command)")
  }

  /// It takes longer than we can wait.
  static func signInElsewhere(
    _ issuer: EndpointURL, _ process: String, seconds: Double
  ) -> Problem {
    Problem(
      .signIn,
      "nobody answered the sign-in at \(issuer.authority) that process \(process) asks for, "
        + "within \(Lifetime.words(seconds))",
      hint: "sign in there, or end that process; then run this again")
  }

  /// Who was asked before us gave up, and to ask again at once would be a storm.
  static func signInAbandoned(_ issuer: EndpointURL, command: String) -> Problem {
    Problem(
      .signIn, "the sign-in at \(issuer.authority) that another process asked for came to nothing",
      hint: "run this again, or by hand: \(command)")
  }
}
