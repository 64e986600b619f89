/// Completion for zsh, by its own `_arguments`.
enum ZshCompletion {
  static var script: String {
    """
    #compdef tokenxchange
    # zsh completion for tokenxchange; in ~/.zshrc: source <(tokenxchange completion zsh)
    _tokenxchange() {
      local -a commands
      commands=(
    \(Command.all.map { "    " + ShellScript.quote(described($0)) }.joined(separator: "\n"))
      )
      if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
        _describe command commands
        return
      fi
      local command=get-token
      if [[ $words[2] != -* ]]; then
        command=$words[2]
        shift words
        (( CURRENT-- ))
      fi
      case $command in
    \(Command.all.map(block).joined(separator: "\n"))
      esac
    }
    if [[ $funcstack[1] == _tokenxchange ]]; then
      _tokenxchange "$@"
    else
      compdef _tokenxchange tokenxchange
    fi

    """
  }

  private static func described(_ command: Command) -> String {
    command.name + ":" + escape(command.summary)
  }

  private static func block(_ command: Command) -> String {
    var specs = command.options.flatMap { spec in spec.spellings.map { argument(spec, $0) } }
    switch command.operandCompletion {
    case .nothing, .file: break
    case .directory: specs.append("1:\(command.operands[0]):_files -/")
    case .words, .commands:
      let words = ShellScript.words(command.operandCompletion) ?? ""
      specs.append("1:\(command.operands[0]):(\(words))")
    }
    specs.append("--help[explain]")
    let lines = specs.map { "      " + ShellScript.quote($0) }
    return "    \(command.name)) _arguments \\\n" + lines.joined(separator: " \\\n") + " ;;"
  }

  private static func argument(_ spec: OptionSpec, _ spelling: String) -> String {
    let text = "[" + escape(ShellScript.brief(spec.help)) + "]"
    if spec.kind == .flag { return spelling + text }
    let value =
      switch spec.completion {
      case .nothing: " "
      case .file: "_files"
      case .directory: "_files -/"
      case .words, .commands: "(\(ShellScript.words(spec.completion) ?? ""))"
      }
    return (spec.kind == .list ? "*" : "") + spelling + "=" + text + ":\(spec.placeholder):" + value
  }

  private static func escape(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing(":", with: "\\:")
      .replacing("[", with: "\\[").replacing("]", with: "\\]")
  }
}
