import TokenExchange

extension Command {
  static let help = Command(
    name: "help", summary: "explain the program or one command",
    details: "Without COMMAND: what there is. With it: what it does and its options.",
    operands: ["COMMAND", "KIND"], options: [.verbose], readsVariables: false,
    operandCompletion: .commands
  ) { invocation, world throws(Problem) in
    guard !invocation.operands.isEmpty else {
      try world.writeOutput(HelpText.overview)
      return .done
    }
    let name = invocation.operands.joined(separator: " ")
    guard let command = Command.named(name) else {
      if let parent = invocation.operands.first.flatMap(Command.named), !parent.kinds.isEmpty {
        throw .unknownKind(invocation.operands[1], of: parent)
      }
      throw .unknownCommand(name)
    }
    try world.writeOutput(HelpText.command(command))
    return .done
  }
}

/// The texts of help, folded out of the command and option tables.
enum HelpText {
  /// What the program is and its commands.
  static var overview: String {
    let width = Command.all.map(\.name.count).max() ?? 0
    let commands = Command.all.map { command in
      let gap = String(repeating: " ", count: width - command.name.count)
      return "  \(command.name)\(gap)  \(command.summary)\n"
    }
    return """
      tokenxchange exchanges a Kubernetes service account token at Dex for a token that another
      cluster accepts, and prints it as an ExecCredential for kubectl and Argo CD.

      Usage: tokenxchange [COMMAND] [OPTIONS]

      Commands; options without a command mean get-token:
      \(commands.joined())
      tokenxchange help COMMAND explains a command and its options.

      Exit codes: 0 done; 1 unexpected; 2 usage or configuration; 3 subject token unusable;
      4 network, TLS or time-out, worth retrying; 5 refused by Dex; 6 Dex's answer unusable;
      7 a person must sign in; 130 and 143 for signals.

      """
  }

  /// What one command does, and its options.
  static func command(_ command: Command) -> String {
    let operands = command.operands.enumerated().map { index, name in
      index < command.requiredOperands ? " \(name)" : " [\(name)]"
    }
    let usage =
      "Usage: tokenxchange \(command.name)" + (command.options.isEmpty ? "" : " [OPTIONS]")
      + operands.joined()
    let options = command.options.map { option($0, readsVariables: command.readsVariables) }
    return usage + "\n\n" + wrap(command.details, indent: 0) + kinds(of: command)
      + (options.isEmpty ? "" : "\nOptions:\n" + options.joined())
  }

  /// What the first operand may be, a line each.
  private static func kinds(of command: Command) -> String {
    guard !command.kinds.isEmpty else { return "" }
    let width = command.kinds.map(\.kindName.count).max() ?? 0
    let lines = command.kinds.map { kind in
      let gap = String(repeating: " ", count: width - kind.kindName.count)
      return "  \(kind.kindName)\(gap)  \(kind.summary)\n"
    }
    return "\nKinds:\n" + lines.joined()
      + "\ntokenxchange help \(command.name) KIND explains a kind and its options.\n"
  }

  private static func option(_ spec: OptionSpec, readsVariables: Bool) -> String {
    let value = spec.placeholder.isEmpty ? "" : " " + spec.placeholder
    var text = spec.help
    if spec.kind == .list { text += " May be repeated." }
    if let fallback = spec.defaultText { text += " Default: \(fallback)." }
    if readsVariables, let variable = spec.variable { text += " Variable: \(variable)." }
    return "  \(spec.spellings.joined(separator: ", "))\(value)\n" + wrap(text, indent: 8)
  }

  /// Breaks text into lines of at most 100 columns; line ends in it become spaces.
  private static func wrap(_ text: String, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      if !line.isEmpty, indent + line.count + 1 + word.count > 100 {
        lines.append(margin + line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    lines.append(margin + line)
    return lines.joined(separator: "\n") + "\n"
  }
}
