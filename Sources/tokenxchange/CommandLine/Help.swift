import Encoding
import Platform
import TokenExchange

extension Command {
  static let help = Command(
    name: "help", summary: "show help for the program or a command",
    details: "Lists the commands, or describes COMMAND and its options.",
    example: "tokenxchange help generate kubeconfig",
    arguments: ["COMMAND", "KIND"], options: [.verbose], readsVariables: false,
    argumentCompletion: .commands
  ) { arguments, world throws(CommandError) in
    let text = HelpText(startedAs: world.process.name)
    guard !arguments.positional.isEmpty else {
      try world.writeOutput(text.overview)
      return .done
    }
    let name = arguments.positional.joined(separator: " ")
    guard let command = Command.named(name), !command.isHidden else {
      if let parent = Command.named(arguments.positional[0]), !parent.subcommands.isEmpty {
        throw .usage(parent.unknownSubcommand(arguments.positional[1]))
      }
      throw .usage(
        .unknownCommand(
          name.isPlainWord ? name : nil,
          nearest: Suggestion.nearest(to: name, in: Command.table.map(\.name))))
    }
    try world.writeOutput(text.command(command))
    return .done
  }
}

/// The help texts, from the tables of commands and options.
struct HelpText {
  /// The command that runs this program: a file named kubectl-tokenxchange is a kubectl plugin.
  let program: String

  init(startedAs path: String = "tokenxchange") {
    let name = path.split(separator: "/").last
    program = name == "kubectl-tokenxchange" ? "kubectl tokenxchange" : "tokenxchange"
  }

  var overview: String {
    """
    tokenxchange exchanges a Kubernetes service account token at Dex for a token that another
    cluster accepts, and prints it as an ExecCredential for kubectl and Argo CD.

    Usage: \(program) [COMMAND] [OPTIONS]

    Commands; options without a command belong to get-token:
    \(list(Command.all.map { ($0.name, $0.summary) }))
    \(program) help COMMAND describes a command and its options.

    Exit codes: 0 success; 1 unexpected error; 2 usage or configuration; 3 unusable subject token;
    4 network, TLS or timeout (retry later); 5 rejected by Dex; 6 invalid response from Dex;
    7 sign-in required; 130 and 143 for signals.

    """
  }

  /// The short help for a run without arguments.
  var short: String {
    """
    tokenxchange exchanges a service account token at Dex and prints an ExecCredential.

    Print the token for a cluster:
      \(lines(of: Command.getToken))
    Write a kubeconfig that runs this as a plugin:
      \(lines(of: Command.generateKubeconfig))

    \(program) help lists the commands, \(program) help get-token the options.
    """
  }

  func command(_ command: Command) -> String {
    let arguments = command.arguments.enumerated().map { index, name in
      index < command.requiredArguments ? " \(name)" : " [\(name)]"
    }
    let usage =
      "Usage: \(program) \(command.name)" + (command.options.isEmpty ? "" : " [OPTIONS]")
      + arguments.joined()
    var text = usage + "\n\n" + wrap(command.details, indent: 0)
    if !command.subcommands.isEmpty {
      text += "\nKinds:\n" + list(command.subcommands.map { ($0.subcommandName, $0.summary) })
      text += "\n\(program) help \(command.name) KIND describes a kind and its options.\n"
    }
    for section in OptionDeclaration.Section.allCases {
      let options = command.options.filter { $0.section == section }
      guard !options.isEmpty else { continue }
      let showsVariables = command.readsVariables && options.contains { $0.hasVariable }
      text += "\n" + columns(section.rawValue + ":", showsVariables ? "Variable:" : nil) + "\n"
      text += options.map { option($0, of: command) }.joined()
    }
    return text + "\nExample:\n  \(lines(of: command))\n"
  }

  private func option(_ option: OptionDeclaration, of command: Command) -> String {
    let value = option.placeholder.isEmpty ? "" : " " + option.placeholder
    let short = option.names.filter { !$0.utf8.starts(with: "--".utf8) }
    let long = option.names.filter { $0.utf8.starts(with: "--".utf8) }
    var text = option.help
    if option.kind == .list { text += " May be repeated." }
    if let fallback = option.fallback { text += " Default: \(fallback.text)." }
    if let requirement = command.requirement(of: option) { text = requirement + ". " + text }
    return columns(
      "  " + (short + long).joined(separator: ", ") + value,
      command.readsVariables ? option.variable : nil) + "\n" + wrap(text, indent: 8)
  }

  /// Two columns; the right one moves if the left one is too wide.
  private func columns(_ left: String, _ right: String?) -> String {
    guard let right else { return left }
    return left + String(repeating: " ", count: max(2, 52 - left.utf8.count)) + right
  }

  /// Names with descriptions, one on each line.
  private func list(_ rows: [(name: String, text: String)]) -> String {
    let width = rows.map(\.name.utf8.count).max() ?? 0
    return rows.map { row in
      let gap = String(repeating: " ", count: width - row.name.utf8.count)
      return "  \(row.name)\(gap)  \(row.text)\n"
    }.joined()
  }

  /// The example of a command, over several lines if it is too long for one.
  private func lines(of command: Command) -> String {
    var example = command.example
    if example.hasPrefix("tokenxchange ") {
      example = program + example.dropFirst("tokenxchange".count)
    }
    return example.utf8.count > 96 ? example.replacing(" --", with: " \\\n    --") : example
  }

  /// Breaks text into lines of at most 100 columns; its own line ends become spaces.
  private func wrap(_ text: String, indent: Int) -> String {
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

extension Command {
  /// When an option is required, as text; nil if it is optional.
  func requirement(of option: OptionDeclaration) -> String? {
    let others = options.filter { other in
      option.group != nil && other.group == option.group && !other.isSame(as: option)
    }
    let names = others.map { "or \($0.flag)" }.joined(separator: " ")
    let alternatives = names.isEmpty ? "" : " (\(names))"
    return switch option.requirement {
    case .optional: nil
    case .conditional(let words, _): "Required \(words)\(alternatives)"
    case .required: "Required\(alternatives)"
    }
  }
}
