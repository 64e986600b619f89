import FoundationEssentials
import OpenIDConnect
import Platform
import TokenExchange

extension Command {
  static let login = Command(
    name: "login",
    summary: "sign in at Dex as a user and print an ExecCredential",
    details: """
      Opens Dex's page in a browser, or shows a URL and a code for a browser on another machine, and
      stores the refresh token, so that later runs need no sign-in. Run it once by hand, or let
      kubectl run it in a terminal. Without a terminal it exits with code 7 and prints the command to
      run.
      """,
    example: "tokenxchange login --issuer=https://dex.example.com/dex "
      + "--client-id=target-cluster",
    options: OptionDeclaration.login
  ) { given, world throws(CommandError) in
    let start = world.uptime()
    var (arguments, world) = try given.fromKubeconfig(world)
    // The kubeconfig may set another limit.
    world.limitTime(of: arguments)
    if let certificate = try ClientCertificateFiles(arguments) {
      world.network = try certificate.network(in: world)
    }
    let credential = try CredentialSettings(arguments, world: world)
    let configuration = try LoginConfiguration(arguments, world: world)
    world.warn(configuration.warnings)
    let log = world.log(for: arguments)
    let request = try configuration.request(in: world)
    let certificates = try configuration.authority.read(in: world)
    let trust = try certificates.checked()
    // client-go always sets the variable.
    let isByHand = (world.variables["KUBERNETES_EXEC_INFO"] ?? "").isEmpty
    let cache = CacheEntry.open(
      arguments, configuration, request, certificates, world: world, log: log)
    let session = LoginSession(
      signIn: SignIn(
        client: world.loginClient(request, trust, log: log), world: world, log: log,
        flow: configuration.flow, connectorID: configuration.connectorID,
        listenPort: configuration.listenPort, opensBrowser: !arguments[.noBrowser],
        remedy: isByHand
          ? .command(arguments.rerunCommand(program: world.process.name)) : .kubectl,
        noCache: cache.reason),
      entry: cache.entry, margin: credential.margin, isForced: arguments[.force],
      isStartedByClient: !isByHand, deadline: start + configuration.timeout)
    let outcome = try session.run()
    let token = outcome.login.token
    world.warn(request.expectation.warnings(ofIssuer: token.issuer))
    let hidesToken =
      isByHand && world.terminal.isOutputTerminal && arguments.text(of: .output) == nil
    if !hidesToken {
      try world.writeOutput(
        credential.text(token.secret, expiry: token.expiry, now: world.now()))
    }
    if isByHand, hidesToken || outcome.isNew {
      world.show(.signedIn(SignedInUser(outcome, request, now: world.now())))
    }
    if outcome.isNew, let notice = outcome.notice(configuration, cache.reason) {
      world.show(notice)
    }
    return .done
  }
}

extension World {
  func loginClient(
    _ request: LoginRequest, _ trust: HTTPOptions.Trust, log: VerboseLog
  ) -> LoginClient {
    LoginClient(
      request: request, trust: trust, send: network.send, now: now, uptime: uptime,
      sleep: { seconds in
        sleep(seconds)
        return true
      },
      log: { event in log(event.line(request)) }, userAgent: Version.userAgent)
  }
}

extension CacheEntry {
  /// The entry of a sign-in, or the reason why none is used, which is logged.
  fileprivate static func open(
    _ arguments: ParsedArguments, _ configuration: LoginConfiguration, _ request: LoginRequest,
    _ trust: UncheckedTrust, world: World, log: VerboseLog
  ) -> (entry: CacheEntry?, reason: LoginError.NoCacheReason?) {
    if let flag = configuration.noCacheFlag {
      log("cache: not used: \(flag) is on")
      return (nil, .flag(flag))
    }
    let key = CacheKey(
      request, connectorID: configuration.connectorID,
      trust: trust.cacheParts(variables: world.variables))
    do throws(CacheError) {
      return (try CacheEntry(opening: arguments, key: key, world: world, log: log), nil)
    } catch {
      log("cache: not used: \(Message(error).text)")
      return (nil, .unusable(error))
    }
  }
}
