import TokenExchange

/// What can be wrong with a command line and its variables.
extension Problem {
  static func unknownCommand(_ word: String) -> Problem {
    let hint =
      Suggestion.nearest(to: word, in: Command.all.map(\.name))
      .map { "did you mean \($0)? " } ?? ""
    return Problem(
      .usage, "there is no command \(shown(word))",
      hint: hint + "tokenxchange help lists the commands")
  }

  static func unknownKind(_ word: String, of command: Command) -> Problem {
    let kinds = command.kinds.map(\.kindName)
    let near = Suggestion.nearest(to: word, in: kinds).map { "did you mean \($0)? " } ?? ""
    return Problem(
      .usage, "\(command.name) has no kind \(shown(word))",
      hint: near + "it is one of \(kinds.joined(separator: ", "))")
  }

  static func unknownFlag(_ spelling: String, command: Command) -> Problem {
    let name = spelling.drop { $0 == "-" }
    let near = Suggestion.nearest(
      to: String(name), in: command.options.flatMap { [$0.name] + $0.aliases } + ["help"])
    // Of a kind the other kinds come first, then the commands, and then the kinds of others.
    let family = Command.all.first { $0.kinds.contains { $0.name == command.name } }?.kinds ?? []
    let others = (family + Command.all + Command.all.flatMap(\.kinds)).filter { other in
      other.options.contains { $0.spellings.contains(spelling) }
    }
    let hint =
      if spelling.hasSuffix("-version") {
        "the command tokenxchange version prints it; "
      } else if let other = others.first {
        "it belongs to tokenxchange \(other.name); "
      } else if let near {
        "did you mean --\(near)? "
      } else {
        ""
      }
    return Problem(
      .usage, "\(command.name) has no flag \(shown(spelling))",
      hint: hint + "tokenxchange help \(command.name) lists its flags")
  }

  static func unexpectedOperand(_ word: String, command: Command) -> Problem {
    let hint =
      switch word {
      case "true", "false": "a flag without a value is on; to turn it off write --flag=false"
      case _ where Command.named(word) != nil:
        "the command comes first: tokenxchange \(word) …"
      default: "every value belongs to a flag: --flag VALUE or --flag=VALUE"
      }
    return Problem(
      .usage, "\(command.name) takes no argument \(shown(word))",
      hint: hint + "; see tokenxchange help \(command.name)")
  }

  static func missingOperand(_ command: Command) -> Problem {
    Problem(
      .usage, "\(command.name) needs an argument: \(command.operands.joined(separator: " "))",
      hint: "see tokenxchange help \(command.name)")
  }

  static func missingValue(_ spec: OptionSpec, _ spelling: String, next: String?) -> Problem {
    let follower = next.map { ": " + shown(String($0.prefix { $0 != "=" })) + " follows it" } ?? ""
    return Problem(
      .usage, "\(spelling) has no value" + follower,
      hint: "write \(spelling)=\(spec.placeholder)")
  }

  static func emptyValue(_ spec: OptionSpec, _ spelling: String) -> Problem {
    Problem(
      .usage, "\(spelling) has an empty value",
      hint: "write \(spelling)=\(spec.placeholder), or leave it out; "
        + "did a shell variable turn out empty?")
  }

  /// An identifier that came with more than itself.
  static func badIdentifier(source: String) -> Problem {
    Problem(
      .usage, "\(source) begins or ends with white space, or holds a control character",
      hint: "it is compared to the letter: did the newline of a file or a Secret come with it?")
  }

  static func missingOption(_ spec: OptionSpec, in invocation: Invocation) -> Problem {
    missingOption(["--" + spec.name], variables: [spec.variable], in: invocation)
  }

  /// None of several flags, of which one is needed, is set.
  static func missingOption(
    _ flags: [String], variables: [String?], in invocation: Invocation
  ) -> Problem {
    let given = invocation.settings.values.map(\.source.name).sorted()
    let names =
      invocation.command.readsVariables
      ? flags + variables.compactMap { $0 } : flags
    let empty = variables.compactMap { $0 }.filter(invocation.emptyVariables.contains)
    return Problem(
      .usage, "\(flags.joined(separator: " or ")) is required",
      hint: "set \(names.joined(separator: " or ")); "
        + (empty.isEmpty ? "" : "\(empty.joined(separator: " and ")) is there, but empty; ")
        + (given.isEmpty ? "nothing was given" : "given: " + given.joined(separator: ", ")))
  }

  static func badDuration(_ text: String, source: String, allowsZero: Bool) -> Problem {
    Problem(
      .usage, "\(source) is not a span of time: \(shown(text))",
      hint: text.allSatisfy(\.isNumber) && !text.allSatisfy { $0 == "0" }
        ? "it lacks a unit: write \(text)s for seconds, \(text)m for minutes"
        : "write it as 90s, 10m or 1h30m" + (allowsZero ? "" : ", more than nothing"))
  }

  static func badChoice(_ text: String, source: String, choices: [String]) -> Problem {
    let near = Suggestion.nearest(to: text, in: choices).map { "did you mean \($0)? " } ?? ""
    return Problem(
      .usage, "\(source) cannot be \(shown(text))",
      hint: near + "it is one of \(choices.joined(separator: ", "))")
  }

  /// Two options that contradict each other.
  static func conflict(_ first: String, _ second: String, hint: String) -> Problem {
    Problem(.usage, "\(first) and \(second) cannot be used together", hint: hint)
  }

  /// A user's word in quotes; not one that may be a token pasted in the wrong place.
  static func shown(_ word: String) -> String {
    word.count > 64 || word.hasPrefix("eyJ")
      ? "(not shown: \(word.count) characters)" : JSON.quote(word.sanitized())
  }
}
