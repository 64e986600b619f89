import TokenExchange

/// A command with its options and positional arguments.
struct ParsedArguments: Sendable {
  var command: Command
  /// The positional arguments that do not set an option.
  var positional: [String] = []
  /// Variables of the command's options that are set but empty, which counts as unset.
  var emptyVariables: [String] = []
  /// The names of all variables that begin with `TOKENXCHANGE_`.
  var variableNames: [String] = []
  /// The options that are set, in no particular order.
  private(set) var resolved: [ResolvedOption] = []

  init(command: Command, positional: [String] = []) {
    self.command = command
    self.positional = positional
  }

  /// The texts of an option and their source; nil if only a default applies.
  func resolved(_ option: OptionDeclaration) -> ResolvedOption? {
    resolved.first { $0.option.isSame(as: option) }
  }

  func isSet(_ option: OptionDeclaration) -> Bool { resolved(option) != nil }

  /// The texts that an option was set to; empty if it is not set.
  func values(of option: OptionDeclaration) -> [String] { resolved(option)?.values ?? [] }

  /// The text that an option was set to, before it is parsed; nil if it is not set.
  func text(of option: OptionDeclaration) -> String? { resolved(option)?.values.last }

  /// The flag, argument, variable or key that set an option; its flag if it is not set.
  func source(of option: OptionDeclaration) -> String {
    resolved(option)?.source.name ?? option.flag
  }

  /// Sets an option and replaces an earlier value.
  mutating func set(
    _ option: OptionDeclaration, to values: [String], source: ResolvedOption.Source? = nil
  ) {
    unset(option)
    resolved.append(
      ResolvedOption(option: option, values: values, source: source ?? .flag(option.flag)))
  }

  /// Replaces a leading `~/` in the paths of options.
  mutating func expandPaths(_ home: HomeDirectory) {
    for index in resolved.indices where resolved[index].option.isPath {
      resolved[index].values = resolved[index].values.map { home.expanding($0) ?? $0 }
    }
  }

  var isConfigured: Bool { !resolved.isEmpty }

  mutating func unset(_ option: OptionDeclaration) {
    resolved.removeAll { $0.option.isSame(as: option) }
  }
}

extension ParsedArguments {
  /// A URL that this command requires, unlike others.
  func required(_ option: OptionalURLOption) throws(CommandError) -> EndpointURL {
    guard let url = try self[option] else { throw missing(option) }
    return url
  }

  /// An identifier that this command requires, unlike others.
  func required(_ option: OptionalIdentifierOption) throws(CommandError) -> Identifier {
    guard let identifier = try self[option] else { throw missing(option) }
    return identifier
  }

  subscript(option: FlagOption) -> Bool { text(of: option) == "true" }

  subscript(option: OptionalTextOption) -> String? {
    text(of: option) ?? defaultValue(of: option)
  }

  subscript(option: ListOption) -> [String] {
    let values = resolved(option)?.values ?? defaultValue(of: option).map { [$0] } ?? []
    return values.flatMap(OptionDeclaration.items)
  }

  func value<Option: OptionDefinition>(of option: Option) throws(CommandError) -> Option.Value {
    guard let text = text(of: option) ?? defaultValue(of: option) else {
      guard let absent = Option.absent else { throw missing(option) }
      return absent
    }
    return try Option.parse(
      OptionInput(text: text, source: source(of: option), option: option, arguments: self))
  }

  private func defaultValue(of option: OptionDeclaration) -> String? {
    let described = command.options.first(sameAs: option) ?? option
    return if case .value(let text) = described.fallback { text } else { nil }
  }
}

extension ParsedArguments {
  /// The error that names every required option that is not set, and these alternatives, which are
  /// required in this case.
  func missing(_ alternatives: OptionDeclaration...) -> CommandError {
    var missing = [alternatives]
    for option in command.options where isRequired(option) && !isSet(option) {
      if let group = option.group {
        let members = command.options.filter { $0.group == group && isRequired($0) }
        if members.contains(where: isSet) || missing.contains(where: { $0.contains(option) }) {
          continue
        }
        missing.append(members)
      } else if !missing.contains(where: { $0.contains(option) }) {
        missing.append([option])
      }
    }
    // In the order of help, so that the message does not depend on the order of the arguments.
    let order = { (group: [OptionDeclaration]) in
      command.options.firstIndex { option in group.contains(option) } ?? 0
    }
    missing.sort { order($0) < order($1) }
    let variables =
      command.readsVariables
      ? missing.joined().compactMap(\.variable).filter(emptyVariables.contains) : []
    let names = missing.map { $0.map { $0.isPositional ? $0.placeholder : $0.flag } }
    let wanted = missing.joined().compactMap(\.variable)
    let misspelled = unknownVariables.first { $0.nearest.map(wanted.contains) ?? false }
    return .usage(
      .missingOptions(
        names, remedy: remedy(for: missing), emptyVariables: variables, misspelled: misspelled))
  }

  /// The command's example if it has the options, else their placeholders.
  private func remedy(for missing: [[OptionDeclaration]]) -> UsageError.Remedy {
    let words = command.example.split(separator: " ")
    let isShown = { (option: OptionDeclaration) in
      option.isPositional || words.contains { option.isNamed($0.utf8.prefix { $0 != 0x3D }) }
    }
    if missing.allSatisfy({ $0.contains(where: isShown) }) { return .example(command.example) }
    return .add(missing.compactMap(\.first).map { "\($0.flag)=\($0.placeholder)" })
  }

  private func isRequired(_ option: OptionDeclaration) -> Bool {
    switch option.requirement {
    case .optional: false
    case .required: true
    case .conditional(_, let applies): applies(self)
    }
  }
}
