import TokenExchange

/// Settings as they may be shown to anybody.
extension Invocation {
  /// Each option that has a value: the value, unless it may be a secret, and where it came from.
  var facts: [Fact] {
    command.options.compactMap { spec in
      if let setting = settings[spec.name] { return Self.fact(spec, setting) }
      return spec.defaultText.map { Fact("--" + spec.name, $0 + " [default]") }
    }
  }

  /// The same, without the defaults.
  var givenFacts: [Fact] {
    command.options.compactMap { spec in settings[spec.name].map { Self.fact(spec, $0) } }
  }

  private static func fact(_ spec: OptionSpec, _ setting: Setting) -> Fact {
    let name = "--" + spec.name
    let source = setting.source.name == name ? "flag" : setting.source.name
    return Fact(name, "\(shown(setting, of: spec)) [\(source)]")
  }

  private static func shown(_ setting: Setting, of spec: OptionSpec) -> String {
    let text = setting.values.joined(separator: " ")
    if spec.isSecret { return text.isEmpty ? "empty" : "set" }
    // A token in the wrong place, or a URL with a password or a code in it.
    let isURL = text.contains("://")
    let isSuspect = text.hasPrefix("eyJ") || isURL && text.contains { "@?#".contains($0) }
    return isSuspect ? "set, not shown" : text.sanitized(maxLength: 200)
  }
}

extension OptionSpec {
  /// Whether the value is never to be shown, or too long to be.
  fileprivate var isSecret: Bool {
    // The secret itself may have been given in the place of its file.
    [Self.clientSecret.name, Self.clientSecretFile.name, "certificate-authority-data"].contains(
      name)
  }
}
