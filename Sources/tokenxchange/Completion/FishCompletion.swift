/// Completion for fish.
enum FishCompletion {
  static var script: String {
    """
    # fish completion for tokenxchange; in config.fish: tokenxchange completion fish | source
    function __tokenxchange_command
      set -l words (commandline -opc)
      if test (count $words) -gt 2; and contains -- $words[2] \(
        CompletedCommand.withKinds.joined(separator: " "))
        # The kind belongs to the command: generate rbac.
        echo "$words[2] $words[3]"
      else if test (count $words) -gt 1; and not string match -q -- '-*' $words[2]
        echo $words[2]
      else
        echo get-token
      end
    end
    complete -c tokenxchange -f
    complete -c tokenxchange -l help -d 'explain'
    \(Command.all.map(name).joined(separator: "\n"))
    \(CompletedCommand.all.flatMap(lines).joined(separator: "\n"))

    """
  }

  private static func name(_ command: Command) -> String {
    "complete -c tokenxchange -n 'test (count (commandline -opc)) -eq 1' -a \(command.name) -d "
      + quote(command.summary)
  }

  private static func lines(_ command: CompletedCommand) -> [String] {
    let test = "test (__tokenxchange_command) = \"\(command.name)\""
    var lines = command.options.flatMap { spec in
      ([spec.name] + spec.aliases).map { name in
        "complete -c tokenxchange -n '\(test)' -l \(name)\(value(spec)) -d "
          + quote(ShellScript.brief(spec.help))
      }
    }
    // Beside the name itself, or the operand would be offered in the command's place.
    let count = command.name.split(separator: " ").count + 1
    let start =
      "complete -c tokenxchange -n '\(test); and test (count (commandline -opc)) -eq \(count)' -a "
    switch command.operand?.completion {
    case _ where !command.kinds.isEmpty:
      lines += command.kinds.map { start + "\($0.kindName) -d " + quote($0.summary) }
    case nil, .nothing, .file: break
    case .directory: lines.append(start + "'(__fish_complete_directories)'")
    case .words(let words): lines.append(start + quote(words.joined(separator: " ")))
    case .commands: lines.append(start + quote(ShellScript.words(.commands) ?? ""))
    }
    return lines
  }

  private static func value(_ spec: OptionSpec) -> String {
    if spec.kind == .flag { return "" }
    return switch spec.completion {
    case .nothing: " -x"
    case .file: " -r -F"
    case .directory: " -x -a '(__fish_complete_directories)'"
    case .words, .commands: " -x -a " + quote(ShellScript.words(spec.completion) ?? "")
    }
  }

  /// fish knows two escapes within single quotes.
  private static func quote(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
  }
}
