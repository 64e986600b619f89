/// Completion for fish.
enum FishCompletion {
  static var script: String {
    """
    # fish completion for tokenxchange; in config.fish: tokenxchange completion fish | source
    function __tokenxchange_command
      set -l words (commandline -opc)
      if test (count $words) -gt 1; and not string match -q -- '-*' $words[2]
        echo $words[2]
      else
        echo get-token
      end
    end
    complete -c tokenxchange -f
    complete -c tokenxchange -l help -d 'explain'
    \(Command.all.map(name).joined(separator: "\n"))
    \(Command.all.flatMap(lines).joined(separator: "\n"))

    """
  }

  private static func name(_ command: Command) -> String {
    "complete -c tokenxchange -n 'test (count (commandline -opc)) -eq 1' -a \(command.name) -d "
      + quote(command.summary)
  }

  private static func lines(_ command: Command) -> [String] {
    let start = "complete -c tokenxchange -n 'test (__tokenxchange_command) = \(command.name)'"
    var lines = command.options.flatMap { spec in
      ([spec.name] + spec.aliases).map { name in
        start + " -l \(name)\(value(spec)) -d " + quote(ShellScript.brief(spec.help))
      }
    }
    // Beside the name itself, or the operand would be offered in the command's place.
    let operand = "; and test (count (commandline -opc)) -eq 2'"
    switch command.operandCompletion {
    case .nothing, .file: break
    case .directory:
      lines.append(start.dropLast() + operand + " -a '(__fish_complete_directories)'")
    case .words, .commands:
      let words = ShellScript.words(command.operandCompletion) ?? ""
      lines.append(start.dropLast() + operand + " -a " + quote(words))
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
