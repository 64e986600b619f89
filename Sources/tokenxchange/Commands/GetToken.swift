import FoundationEssentials
import TokenExchange

extension Command {
  static let getToken = Command(
    name: "get-token",
    summary: "exchange a service account token at Dex and print an ExecCredential (the default)",
    details: """
      Reads the subject token, exchanges it at Dex's token endpoint (RFC 8693) and prints an
      ExecCredential for kubectl, Argo CD and every other client-go program.
      """,
    example: "tokenxchange get-token --issuer=https://dex.example.com/dex "
      + "--client-id=target-cluster --connector-id=cluster-a",
    options: OptionDeclaration.exchange.inserting(
      OptionDeclaration.getToken + OptionDeclaration.cache, after: .audience)
  ) { arguments, world throws(CommandError) in
    let start = world.uptime()
    var arguments = arguments
    try arguments.applyClusterConfig(from: world.variables)
    let output = try CredentialSettings(arguments, world: world)
    let configuration = try ExchangeConfiguration(arguments, world: world)
    // With a cache, this run may send no request.
    if !arguments.enablesCache { configuration.prepareConnection(in: world) }
    let log = world.log(for: arguments)
    world.warn(configuration.warnings)
    if arguments[.verbose] {
      world.logClusterConfig(of: arguments, to: log)
      if configuration.tokenInput == nil { world.logFile(configuration.tokenFile, to: log) }
      world.logTrust(configuration, to: log)
    }

    let request = try configuration.request(in: world)
    let certificates = try configuration.authority.read(in: world)
    let source = configuration.subjectTokenName
    log("subject token \(source): \(request.subjectSummary(now: world.now()))")
    world.warn(request.warnings(now: world.now()))

    let cache = TokenCache(
      arguments, request, certificates, world: world, margin: output.margin, log: log)
    let credential: Credential
    if !arguments[.forceRefresh], let token = cache?.usableToken() {
      credential = Credential(token)
    } else {
      let trust = try certificates.checked()
      configuration.prepareConnection(in: world)
      let issue = { () throws(CommandError) in
        try configuration.issue(request, trust, in: world, since: start, log: log)
      }
      if let cache {
        credential = try cache.credential(
          forced: arguments[.forceRefresh], deadline: start + configuration.timeout,
          subjectExpiry: request.subjectToken.jwt?.expiry, issue: issue)
      } else {
        credential = Credential(try issue())
      }
    }

    world.warn(credential.warnings(expected: request.expectedClaims))
    try world.writeOutput(output.text(credential, in: world))
    return .done
  }
}
