import OpenIDConnect
import Platform
import TokenExchange

extension Doctor {
  /// Options and variables: the source of each value, and whether the values are consistent.
  static func settings(_ context: inout DoctorContext) -> DoctorStep {
    var step = DoctorStep(.settings)
    var clusterConfigError: CommandError?
    do throws(CommandError) {
      try context.arguments.applyClusterConfig(from: context.world.variables)
    } catch {
      clusterConfigError = error
    }
    let arguments = context.arguments
    let hidden: [OptionDeclaration] =
      [.output, .reportOutput, .verbose]
      + OptionDeclaration.doctorOwn.filter { !arguments.isSet($0) }
    step.facts = arguments.optionFacts(without: hidden.map(\.flag))
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"]
    where context.world.variables[name]?.isEmpty == false {
      // The URL of a proxy may contain a password.
      step.note(name, "set")
    }
    let unknown = arguments.unknownVariables
    if !unknown.isEmpty { step.add(.unknownVariables(unknown)) }
    for text in context.plan.own[.can] where AccessQuestion(text) == nil {
      step.add(.access(.invalidQuestion(text)))
    }
    if let error = context.plan.usageError {
      step.add(.error(.usage(error)))
      return step
    }
    do throws(CommandError) {
      if let clusterConfigError { throw clusterConfigError }
      // A step of its own checks the exec info.
      var worldWithoutExecInfo = context.world
      worldWithoutExecInfo.variables["KUBERNETES_EXEC_INFO"] = nil
      _ = try CredentialSettings(arguments, world: worldWithoutExecInfo)
      try context.readTarget()
      try context.readConfiguration(&step)
      step.summary = .settingsComplete
    } catch {
      step.add(.error(error))
    }
    return step
  }
}

extension DoctorContext {
  fileprivate mutating func readConfiguration(_ step: inout DoctorStep) throws(CommandError) {
    switch method {
    case .getToken:
      let configuration = try ExchangeConfiguration(arguments, world: world)
      self.configuration = configuration
      provider = Provider(
        issuer: configuration.issuer, tokenURL: configuration.tokenURL,
        discoveryBase: configuration.discoveryBase, authority: configuration.authority)
      step.checkScopes(configuration.scopes)
      for warning in configuration.warnings { step.add(.warning(warning)) }
      trust = try configuration.authority.trust(in: world)
      _ = try configuration.authentication(in: world)
      clientCertificateValidity = try configuration.clientCertificate?.read(in: world).validity
    case .tokenFile:
      // The token has the issuer.
      _ = try arguments[.printedTokenFile]
      trust = .system
    case .login:
      let configuration = try LoginConfiguration(arguments, world: world)
      provider = Provider(
        issuer: configuration.issuer, tokenURL: configuration.issuer.appending("/token"),
        discoveryBase: configuration.issuer, authority: configuration.authority)
      step.checkScopes(configuration.scopes)
      for warning in configuration.warnings { step.add(.warning(warning)) }
      trust = try configuration.authority.trust(in: world)
      let request = try configuration.request(in: world)
      secrets += request.clientSecret.map { [$0] } ?? []
      login = (configuration, request)
    }
  }

  /// Finds the API server: by the doctor's own options, else by the configuration.
  fileprivate mutating func readTarget() throws(CommandError) {
    let own = plan.own
    var server = try own[.server]
    if server == nil, let client = plan.client {
      do throws(InvalidURL) { server = try EndpointURL(client.server) } catch {
        throw .configuration(
          .invalidURL(error, client.server, source: "server", canAllowHTTP: false))
      }
    }
    guard let server else { return }
    let trust = try own.serverTrust(plan.client?.authority).trust(in: world)
    target = APIServer(
      url: server, trust: trust, timeout: 10, proxyURL: plan.client?.proxyURL,
      tlsServerName: plan.client?.tlsServerName)
  }
}

extension ParsedArguments {
  /// The certificates for the API server.
  fileprivate func serverTrust(
    _ client: TrustSource?
  ) throws(CommandError) -> TrustSource {
    switch (self[.serverCA], self[.serverCAData]) {
    case (.some, .some):
      throw .configuration(
        .conflict(source(of: .serverCA), source(of: .serverCAData), .certificatesTwice))
    case (let path?, nil): return .file(path, source: source(of: .serverCA))
    case (nil, let data?): return .data(data, source: source(of: .serverCAData))
    case (nil, nil): return client ?? .system
    }
  }
}

extension ExchangeConfiguration {
  /// The URL above the discovery document: the issuer, or the parent of the token endpoint.
  fileprivate var discoveryBase: EndpointURL? {
    if let issuer { return issuer }
    let suffix = "/token"
    guard tokenURL.text.hasSuffix(suffix) else { return nil }
    return try? EndpointURL(String(tokenURL.text.dropLast(suffix.count)), allowsHTTP: true)
  }
}

extension DoctorStep {
  /// Dex ignores unsupported scopes without an error.
  fileprivate mutating func checkScopes(_ scopes: [String]) {
    let known = DexScope.known.sorted()
    let unknown = scopes.filter { !DexScope.isKnown($0) }.map {
      DoctorFinding.UnknownScope(name: $0, nearest: Suggestion.nearest(to: $0, in: known))
    }
    if !unknown.isEmpty { add(.unknownScopes(unknown)) }
  }
}
