/// Completion for bash; needs no package beside it.
enum BashCompletion {
  static var script: String {
    """
    # bash completion for tokenxchange; in ~/.bashrc: source <(tokenxchange completion bash)
    _tokenxchange() {
      local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
      # bash takes --flag=value for three words.
      if [[ $current == = ]]; then
        current=
      elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD-2]}
      fi
      local command=get-token
      if (( COMP_CWORD > 1 )) && [[ ${COMP_WORDS[1]} != -* ]]; then
        command=${COMP_WORDS[1]}
        # The kind belongs to the command: generate rbac.
        if [[ $command == @(\(CompletedCommand.withKinds.joined(separator: "|"))) ]] &&
          (( COMP_CWORD > 2 )); then
          command+=" ${COMP_WORDS[2]}"
        fi
      elif (( COMP_CWORD == 1 )) && [[ $current != -* ]]; then
        COMPREPLY=($(compgen -W '\(Command.all.map(\.name).joined(separator: " "))' -- "$current"))
        return
      fi
      local flags= operands=
      case $command in
    \(CompletedCommand.all.map(block).joined(separator: "\n"))
      esac
      if [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$flags --help" -- "$current"))
      elif [[ $operands == / ]]; then
        COMPREPLY=($(compgen -d -- "$current"))
      else
        COMPREPLY=($(compgen -W "$operands" -- "$current"))
      fi
    }
    complete -o filenames -F _tokenxchange tokenxchange

    """
  }

  private static func block(_ command: CompletedCommand) -> String {
    let flags = command.options.flatMap(\.spellings).joined(separator: " ")
    let values = command.options.filter { $0.kind != .flag }.map { spec in
      "        \(spec.spellings.joined(separator: "|"))) \(value(spec)); return ;;"
    }
    return """
          \(ShellScript.quote(command.name)))
            flags='\(flags)' operands=\(operands(command))
            case $previous in
      \(values.joined(separator: "\n"))
            esac ;;
      """
  }

  private static func value(_ spec: OptionSpec) -> String {
    switch spec.completion {
    case .nothing: "COMPREPLY=()"
    case .file: "COMPREPLY=($(compgen -f -- \"$current\"))"
    case .directory: "COMPREPLY=($(compgen -d -- \"$current\"))"
    case .words, .commands:
      "COMPREPLY=($(compgen -W '\(ShellScript.words(spec.completion) ?? "")' -- \"$current\"))"
    }
  }

  private static func operands(_ command: CompletedCommand) -> String {
    switch command.operand?.completion {
    case nil, .nothing, .file: "''"
    case .directory: "/"
    case .words(let words): ShellScript.quote(words.joined(separator: " "))
    case .commands: ShellScript.quote(ShellScript.words(.commands) ?? "")
    }
  }
}
