import TokenExchange

extension Command {
  /// The shells' own completion, out of the option table.
  static let completion = Command(
    name: "completion", summary: "print a completion script for bash, zsh or fish",
    details: """
      Prints a script that teaches a shell to complete commands, flags and values. In ~/.bashrc:
      source <(tokenxchange completion bash); in ~/.zshrc, after compinit:
      source <(tokenxchange completion zsh); in config.fish: tokenxchange completion fish | source
      """,
    operands: ["SHELL"], requiredOperands: 1, options: [.verbose], readsVariables: false,
    operandCompletion: .words(Shell.allCases.map(\.rawValue))
  ) { invocation, world throws(Problem) in
    let name = invocation.operands.first ?? ""
    guard let shell = Shell(rawValue: name) else {
      throw .badChoice(name, source: "the shell", choices: Shell.allCases.map(\.rawValue))
    }
    try world.writeOutput(shell.script)
    return .done
  }
}

/// The shells that are known.
private enum Shell: String, CaseIterable {
  case bash, zsh, fish

  var script: String {
    switch self {
    case .bash: BashCompletion.script
    case .zsh: ZshCompletion.script
    case .fish: FishCompletion.script
    }
  }
}
