import Encoding
import TokenExchange

extension Command {
  static let completion = Command(
    name: "completion", summary: "print a completion script for bash, zsh or fish",
    details: """
      Prints a script that completes commands, options and values. In ~/.bashrc:
      source <(tokenxchange completion bash); in ~/.zshrc, after compinit:
      source <(tokenxchange completion zsh); in config.fish: tokenxchange completion fish | source
      """,
    example: "tokenxchange completion bash",
    arguments: ["SHELL"], requiredArguments: 1, options: [.verbose], readsVariables: false,
    argumentCompletion: .words(Shell.allCases.map(\.rawValue))
  ) { arguments, world throws(CommandError) in
    let name = arguments.positional.first ?? ""
    guard let shell = Shell(rawValue: name) else {
      throw .usage(
        .invalidChoice(
          name.isPlainWord ? name : nil, source: "SHELL", choices: Shell.allCases.map(\.rawValue)))
    }
    try world.writeOutput(shell.script)
    return .done
  }
}
