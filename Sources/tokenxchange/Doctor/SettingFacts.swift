import TokenExchange

/// Settings as they may be shown to anybody.
extension ParsedArguments {
  /// Each option that has a value: the value, unless it may be a secret, and where it came from.
  var facts: [Fact] {
    command.options.compactMap { spec in
      if let setting = resolved(spec) { return Self.fact(spec, setting) }
      return spec.fallback.map { Fact(spec.flag, $0.text + " [default]") }
    }
  }

  /// The same, without the defaults.
  var givenFacts: [Fact] {
    command.options.compactMap { spec in resolved(spec).map { Self.fact(spec, $0) } }
  }

  private static func fact(_ spec: OptionDeclaration, _ setting: ResolvedOption) -> Fact {
    let name = spec.flag
    let source = setting.source.name == name ? "flag" : setting.source.name
    return Fact(name, "\(shown(setting, of: spec)) [\(source)]")
  }

  private static func shown(_ setting: ResolvedOption, of spec: OptionDeclaration) -> String {
    let text = setting.values.joined(separator: " ")
    if spec.sensitivity == .secret { return text.isEmpty ? "empty" : "set" }
    // A token in the wrong place, or a URL with a password or a code in it.
    let isURL = text.contains("://")
    let isSuspect = text.hasPrefix("eyJ") || isURL && text.contains { "@?#".contains($0) }
    return isSuspect ? "set, not shown" : text.sanitized(maxLength: 200)
  }
}
