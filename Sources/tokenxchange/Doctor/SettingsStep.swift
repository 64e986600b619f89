import TokenExchange

extension Doctor {
  /// Flags and variables: which value came from where, and whether they fit together.
  static func settings(_ examination: inout DoctorContext) -> DoctorStep {
    var step = DoctorStep("settings")
    let arguments = examination.arguments
    let ours = ["--output", "--verbose"]
    step.facts = arguments.facts.filter { !ours.contains($0.name) }
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"]
    where examination.world.variables[name]?.isEmpty == false {
      // A proxy's URL may hold a password.
      step.note(name, "set")
    }
    do throws(Problem) {
      _ = try CredentialSettings(arguments, world: examination.world.withoutExecInfo)
      let settings = try ExchangeConfiguration(arguments, world: examination.world)
      _ = try arguments[.server]
      examination.settings = settings
      step.summary = "all that is needed is set"
      step.warn(about: settings.scopes)
      for warning in settings.warnings {
        step.warn(Message(warning).text, hint: remedy(for: warning))
      }
      examination.trust = try settings.trust(in: examination.world)
      _ = try settings.authentication(in: examination.world)
    } catch {
      step.fail(error)
    }
    return step
  }
}

extension DoctorStep {
  /// Dex passes over scopes that it does not know, without a word.
  fileprivate mutating func warn(about scopes: [String]) {
    let known = DexScope.known.sorted()
    let unknown = scopes.filter { !DexScope.isKnown($0) }
    guard !unknown.isEmpty else { return }
    let names = unknown.joined(separator: ", ").sanitized()
    let near = unknown.compactMap { scope in
      Suggestion.nearest(to: scope, in: known).map { "\(scope) may be meant as \($0)" }
    }
    warn(
      "Dex does not know the scopes \(names) and passes over them without a word",
      hint: (near + ["Dex knows \(known.joined(separator: ", "))"]).joined(separator: "; ")
    )
  }
}

extension World {
  /// Exec info has a step of its own.
  fileprivate var withoutExecInfo: World {
    var world = self
    world.variables["KUBERNETES_EXEC_INFO"] = nil
    return world
  }
}
