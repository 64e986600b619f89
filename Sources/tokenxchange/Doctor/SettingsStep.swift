import Platform
import TokenExchange

extension Doctor {
  /// Options and variables: the source of each value, and whether the values are consistent.
  static func settings(_ context: inout DoctorContext) -> DoctorStep {
    var step = DoctorStep(.settings)
    let world = context.world
    var clusterConfigError: CommandError?
    do throws(CommandError) {
      try context.arguments.takeClusterConfig(from: world.variables)
    } catch {
      clusterConfigError = error
    }
    let arguments = context.arguments
    step.facts = arguments.optionFacts.filter { !["--output", "--verbose"].contains($0.name) }
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"]
    where world.variables[name]?.isEmpty == false {
      // The URL of a proxy may contain a password.
      step.note(name, "set")
    }
    do throws(CommandError) {
      if let clusterConfigError { throw clusterConfigError }
      // The exec info has a step of its own.
      var worldWithoutExecInfo = world
      worldWithoutExecInfo.variables["KUBERNETES_EXEC_INFO"] = nil
      _ = try CredentialSettings(arguments, world: worldWithoutExecInfo)
      let configuration = try ExchangeConfiguration(arguments, world: world)
      _ = try arguments[.server]
      context.configuration = configuration
      step.summary = .settingsComplete
      step.checkScopes(configuration.scopes)
      for warning in configuration.warnings { step.add(.warning(warning)) }
      context.trust = try configuration.trust(in: world)
      _ = try configuration.authentication(in: world)
      context.clientCertificateValidity = try configuration.clientCertificate?.read(in: world)
        .validity
    } catch {
      step.add(.error(error))
    }
    return step
  }
}

extension DoctorStep {
  /// Dex ignores scopes that it does not know, without an error.
  fileprivate mutating func checkScopes(_ scopes: [String]) {
    let known = DexScope.known.sorted()
    let unknown = scopes.filter { !DexScope.isKnown($0) }.map {
      DoctorFinding.UnknownScope(name: $0, nearest: Suggestion.nearest(to: $0, in: known))
    }
    if !unknown.isEmpty { add(.unknownScopes(unknown)) }
  }
}
