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
        # The kind belongs to the command: generate rbac.
        if [[ $command == (\(CompletedCommand.withKinds.joined(separator: "|"))) ]] && (( CURRENT > 2 )); then
          command+=" $words[2]"
          shift words
          (( CURRENT-- ))
        fi
      fi
      local -a kinds
      case $command in
    \(CompletedCommand.all.map(block).joined(separator: "\n"))
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

  private static func block(_ command: CompletedCommand) -> String {
    var specs = command.options.flatMap { spec in spec.spellings.map { argument(spec, $0) } }
    let operand = command.operand.map { "1:\($0.name):" } ?? ""
    switch command.operand?.completion {
    case _ where !command.kinds.isEmpty: specs.append(operand + "{_describe kind kinds}")
    case nil, .nothing, .file: break
    case .directory: specs.append(operand + "_files -/")
    case .words(let words): specs.append(operand + "(\(words.joined(separator: " ")))")
    case .commands: specs.append(operand + "(\(ShellScript.words(.commands) ?? ""))")
    }
    specs.append("--help[explain]")
    let lines = specs.map { "      " + ShellScript.quote($0) }
    return "    \(ShellScript.quote(command.name)))" + kinds(command) + " _arguments \\\n"
      + lines.joined(separator: " \\\n") + " ;;"
  }

  private static func kinds(_ command: CompletedCommand) -> String {
    guard !command.kinds.isEmpty else { return "" }
    let lines = command.kinds.map {
      "        " + ShellScript.quote($0.kindName + ":" + escape($0.summary))
    }
    return "\n      kinds=(\n" + lines.joined(separator: "\n") + "\n      )\n     "
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
