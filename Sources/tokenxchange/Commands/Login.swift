import FoundationEssentials
import TokenExchange

extension Command {
  /// A person's way to the cluster.
  static let login = Command(
    name: "login",
    summary: "sign in at Dex as a person and print an ExecCredential",
    details: """
      Shows a page and a code, waits until somebody has signed in there, and keeps the refresh
      token, so that the next runs ask nobody. Made for kubectl, and to be run by hand first. Where
      there is no terminal to ask at, it ends with exit code 7 and says what to run.
      """,
    example: "tokenxchange login --issuer=https://dex.example.com/dex "
      + "--client-id=target-cluster",
    options: OptionDeclaration.login
  ) { arguments, world throws(Problem) in
    let start = world.uptime()
    let credential = try CredentialSettings(arguments, world: world)
    let settings = try LoginConfiguration(arguments, world: world)
    world.warn(settings.warnings)
    let log = world.log(for: arguments)
    let request = try settings.request(in: world)
    let trust = try settings.authority.trust(in: world)
    let session = LoginSession(
      signIn: SignIn(
        client: world.loginClient(request, trust, log: log), world: world,
        opensBrowser: !arguments[.noBrowser],
        command: arguments.commandByHand(program: world.person.program),
        forgetful: settings.forgetful),
      entry: CacheEntry(login: arguments, settings, request, trust, world: world, log: log),
      margin: credential.margin, isForced: arguments[.force],
      deadline: start + settings.timeout)
    let outcome = try session.run()
    let token = outcome.login.token
    world.warn(of: token.issuer, expected: request.expectation)
    // client-go, which is not by hand, sets the variable always.
    let isByHand = (world.variables["KUBERNETES_EXEC_INFO"] ?? "").isEmpty
    let isHidden = isByHand && world.person.seesOutput() && arguments.text(of: .output) == nil
    if !isHidden {
      try world.writeOutput(
        credential.text(token.secret, expiry: token.expiry, now: world.now()))
    }
    if isByHand, isHidden || outcome.isNew {
      world.writeError(request.shown(outcome.greeting(in: world), maxLength: 4000))
    }
    if outcome.isNew, let advice = outcome.advice(settings) { world.writeError(advice) }
    return .done
  }
}

extension World {
  fileprivate func loginClient(
    _ request: LoginRequest, _ trust: HTTPOptions.Trust, log: VerboseLog
  ) -> DeviceFlowClient {
    DeviceFlowClient(
      request: request, trust: trust, send: send, now: now, uptime: uptime, sleep: sleep,
      log: { log($0) }, userAgent: Version.userAgent)
  }
}

extension CacheEntry {
  /// The entry of a sign-in; nil if nothing is to be kept, or no directory can be used.
  fileprivate init?(
    login arguments: ParsedArguments, _ settings: LoginConfiguration, _ request: LoginRequest,
    _ trust: HTTPOptions.Trust, world: World, log: VerboseLog
  ) {
    if let flag = settings.forgetful {
      log("cache: none, because \(flag) is on")
      return nil
    }
    let key = CacheKey(request, trust: trust.cacheParts(variables: world.variables))
    self.init(arguments, key: key, world: world, log: log)
  }
}
