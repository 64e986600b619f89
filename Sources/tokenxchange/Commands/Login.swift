import FoundationEssentials
import OpenIDConnect
import Platform
import TokenExchange

extension Command {
  /// Signs a user in.
  static let login = Command(
    name: "login",
    summary: "sign in at Dex as a user and print an ExecCredential",
    details: """
      Shows a URL and a code, waits for the sign-in there, and stores the refresh token, so that
      later runs need no sign-in. Run it once by hand, then let kubectl run it. Without a terminal
      it exits with code 7 and prints the command to run.
      """,
    example: "tokenxchange login --issuer=https://dex.example.com/dex "
      + "--client-id=target-cluster",
    options: OptionDeclaration.login
  ) { arguments, world throws(CommandError) in
    let start = world.uptime()
    let credential = try CredentialSettings(arguments, world: world)
    let configuration = try LoginConfiguration(arguments, world: world)
    world.warn(configuration.warnings)
    let log = world.log(for: arguments)
    let request = try configuration.request(in: world)
    let trust = try configuration.authority.trust(in: world)
    let session = LoginSession(
      signIn: SignIn(
        client: world.deviceFlowClient(request, trust, log: log), world: world, log: log,
        opensBrowser: !arguments[.noBrowser],
        rerunCommand: arguments.rerunCommand(program: world.process.name),
        noCacheFlag: configuration.noCacheFlag),
      entry: CacheEntry(
        login: arguments, configuration, request, trust, world: world, log: log),
      margin: credential.margin, isForced: arguments[.force],
      deadline: start + configuration.timeout)
    let outcome = try session.run()
    let token = outcome.login.token
    world.warn(request.expectation.warnings(ofIssuer: token.issuer))
    // client-go always sets the variable.
    let isByHand = (world.variables["KUBERNETES_EXEC_INFO"] ?? "").isEmpty
    let hidesToken =
      isByHand && world.terminal.isOutputTerminal && arguments.text(of: .output) == nil
    if !hidesToken {
      try world.writeOutput(
        credential.text(token.secret, expiry: token.expiry, now: world.now()))
    }
    if isByHand, hidesToken || outcome.isNew {
      world.show(.signedIn(SignedInUser(outcome, request, now: world.now())))
    }
    if outcome.isNew, let notice = outcome.notice(configuration) { world.show(notice) }
    return .done
  }
}

extension World {
  fileprivate func deviceFlowClient(
    _ request: LoginRequest, _ trust: HTTPOptions.Trust, log: VerboseLog
  ) -> DeviceFlowClient {
    DeviceFlowClient(
      request: request, trust: trust, send: network.send, now: now, uptime: uptime, sleep: sleep,
      log: { event in log(event.line(request)) }, userAgent: Version.userAgent)
  }
}

extension CacheEntry {
  /// The entry of a sign-in; nil if the cache is off or cannot be used, which is logged.
  fileprivate init?(
    login arguments: ParsedArguments, _ configuration: LoginConfiguration, _ request: LoginRequest,
    _ trust: HTTPOptions.Trust, world: World, log: VerboseLog
  ) {
    if let flag = configuration.noCacheFlag {
      log("cache: not used: \(flag) is on")
      return nil
    }
    let key = CacheKey(request, trust: trust.cacheParts(variables: world.variables))
    self.init(arguments, key: key, world: world, log: log)
  }
}
