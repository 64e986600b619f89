import TokenExchange

extension Doctor {
  /// Flags and variables: which value came from where, and whether they fit together.
  static func settings(_ examination: inout Examination) -> DoctorStep {
    var step = DoctorStep("settings")
    let invocation = examination.invocation
    step.facts = invocation.facts
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"]
    where examination.world.variables[name]?.isEmpty == false {
      // A proxy's URL may hold a password.
      step.note(name, "set")
    }
    do throws(Problem) {
      _ = try CredentialSettings(invocation, world: examination.world.withoutExecInfo)
      let settings = try ExchangeSettings(invocation, world: examination.world)
      _ = try invocation.url(.server, allowsHTTP: invocation.isOn(.insecureAllowHTTP))
      examination.settings = settings
      step.summary = "all that is needed is set"
      step.warn(about: settings.scopes)
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
    let known: Set = ["openid", "profile", "email", "groups", "federated:id", "offline_access"]
    let unknown = scopes.filter {
      !known.contains($0) && !$0.hasPrefix("audience:server:client_id:")
    }
    guard !unknown.isEmpty else { return }
    let names = CleanText.line(unknown.joined(separator: ", "))
    let near = unknown.compactMap { scope in
      Suggestion.nearest(to: scope, in: known.sorted()).map { "\(scope) may be meant as \($0)" }
    }
    warn(
      "Dex does not know the scopes \(names) and passes over them without a word",
      hint: (near + ["Dex knows \(known.sorted().joined(separator: ", "))"]).joined(separator: "; ")
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

extension Invocation {
  /// Each option that has a value: the value, unless it may be a secret, and where it came from.
  var facts: [Fact] {
    command.options.compactMap { spec in
      guard let setting = settings[spec.name] else {
        return spec.defaultText.map { Fact("--" + spec.name, "\($0)  [default]") }
      }
      let source = setting.source.name
      return Fact("--" + spec.name, "\(Self.shown(setting, of: spec))  [\(source)]")
    }
  }

  private static func shown(_ setting: Setting, of spec: OptionSpec) -> String {
    let text = setting.values.joined(separator: " ")
    if spec.isSecret { return text.isEmpty ? "empty" : "set" }
    // A token in the wrong place, or a URL with a password or a code in it.
    let isSuspect =
      text.hasPrefix("eyJ") || text.contains("://") && text.contains { "@?#".contains($0) }
    return isSuspect ? "set, not shown" : CleanText.line(text, limit: 200)
  }
}

extension OptionSpec {
  /// Whether the value is never to be shown, or not worth it.
  fileprivate var isSecret: Bool {
    name == Self.clientSecret.name || name == "certificate-authority-data"
  }
}
