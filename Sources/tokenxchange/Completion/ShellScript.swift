/// Text for shells.
enum ShellScript {
  /// A word in single quotes, as every POSIX shell and zsh reads it.
  static func quote(_ text: String) -> String {
    "'" + text.replacing("'", with: "'\\''") + "'"
  }

  /// The words of a choice, if it is one.
  static func words(_ completion: OptionSpec.Completion) -> String? {
    switch completion {
    case .nothing, .file, .directory: nil
    case .words(let words): words.joined(separator: " ")
    case .commands: Command.all.map(\.name).joined(separator: " ")
    }
  }

  /// The first sentence of a help text, for a list of choices.
  static func brief(_ help: String) -> String {
    let sentence = help.firstRange(of: ". ").map { String(help[..<$0.lowerBound]) } ?? help
    return sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
  }
}
