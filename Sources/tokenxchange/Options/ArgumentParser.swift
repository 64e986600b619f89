import TokenExchange

/// Turns words and variables into an invocation: a fold over the option table.
struct ArgumentParser {
  var arguments: [String]
  var variables: [String: String]

  /// Finds the command, then its options and operands.
  ///
  /// The first word is a command; flags alone mean `get-token`. `--help` and `--version` count
  /// anywhere before `--`.
  func parse() throws(Problem) -> Invocation {
    var words = arguments[...]
    var command = Command.getToken
    if let first = words.first, !first.hasPrefix("-") {
      guard let found = Command.named(first) else { throw .unknownCommand(first) }
      command = found
      words.removeFirst()
    } else if words.first == "--version" {
      return Invocation(command: .version)
    }
    let options = words.prefix { $0 != "--" }
    if options.contains("--help") || options.contains("-h") {
      return Invocation(command: .help, operands: topic)
    }
    if !command.kinds.isEmpty {
      guard let word = words.popFirst(), !word.hasPrefix("-") else {
        throw .missingOperand(command)
      }
      guard let kind = command.kinds.first(where: { $0.kindName == word }) else {
        throw .unknownKind(word, of: command)
      }
      command = kind
    }
    var invocation = try parse(words, for: command)
    if command.readsVariables { applyVariables(to: &invocation) }
    return invocation
  }

  /// The command that is named, and its kind if that is known, for help.
  private var topic: [String] {
    guard let name = arguments.first, let command = Command.named(name) else { return [] }
    let kind = command.kinds.first { $0.kindName == arguments.dropFirst().first }
    return [command.name] + (kind.map { [$0.kindName] } ?? [])
  }

  private func parse(
    _ words: ArraySlice<String>, for command: Command
  ) throws(Problem) -> Invocation {
    var invocation = Invocation(command: command)
    var rest = words
    while let word = rest.popFirst() {
      if word == "--" {
        for operand in rest { try invocation.append(operand: operand) }
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        try invocation.append(operand: word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let spelling = String(parts[0])
      guard let spec = command.options.first(where: { $0.spellings.contains(spelling) }) else {
        throw .unknownFlag(spelling, command: command)
      }
      let inline = parts.count == 2 ? String(parts[1]) : nil
      let value = try value(of: spec, spelling: spelling, inline: inline, rest: &rest)
      invocation.set(spec, to: value, by: .flag(spelling))
    }
    guard invocation.operands.count >= command.requiredOperands else {
      throw .missingOperand(command)
    }
    return invocation
  }

  private func value(
    of spec: OptionSpec, spelling: String, inline: String?, rest: inout ArraySlice<String>
  ) throws(Problem) -> String {
    if spec.kind == .flag {
      guard let inline else { return "true" }
      guard inline == "true" || inline == "false" else {
        throw .badChoice(inline, source: spelling, choices: ["true", "false"])
      }
      return inline
    }
    let value: String
    if let inline {
      value = inline
    } else {
      guard let next = rest.popFirst() else { throw .missingValue(spec, spelling, next: nil) }
      // A value may begin with a dash, but a flag that follows means that the value was forgotten.
      if next.hasPrefix("--"), next.count > 2 { throw .missingValue(spec, spelling, next: next) }
      value = next
    }
    guard !spec.isEmpty(value) || spec.allowsEmpty else {
      throw .emptyValue(spec, spelling)
    }
    return value
  }

  private func applyVariables(to invocation: inout Invocation) {
    let options = invocation.command.options
    let wonGroups = options.filter { invocation.settings[$0.name] != nil }.compactMap(\.group)
    for spec in options where invocation.settings[spec.name] == nil {
      if let group = spec.group, wonGroups.contains(group) { continue }
      guard let name = spec.variable, let value = variables[name] else { continue }
      guard !spec.isEmpty(value) else {
        invocation.emptyVariables.append(name)
        continue
      }
      invocation.set(spec, to: value, by: .variable(name))
    }
  }
}

extension Invocation {
  fileprivate mutating func set(_ spec: OptionSpec, to value: String, by source: Setting.Source) {
    let earlier = spec.kind == .list ? settings[spec.name]?.values ?? [] : []
    settings[spec.name] = Setting(values: earlier + [value], source: source)
  }

  fileprivate mutating func append(operand: String) throws(Problem) {
    guard operands.count < command.operands.count else {
      throw .unexpectedOperand(operand, command: command)
    }
    operands.append(operand)
  }
}
