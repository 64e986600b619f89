import TokenExchange

/// Usage errors for the areas that still throw `Problem`.
extension Problem {
  static func missingArguments(_ command: Command) -> Problem {
    Problem(.missingArguments(command.arguments, command: command.name))
  }

  static func badChoice(_ text: String, source: String, choices: [String]) -> Problem {
    Problem(.invalidChoice(text, source: source, choices: choices))
  }

  static func badDuration(_ text: String, source: String, allowsZero: Bool) -> Problem {
    Problem(.invalidDuration(text, source: source, allowsZero: allowsZero))
  }

  /// Two options that contradict each other.
  static func conflict(_ first: String, _ second: String, hint: String) -> Problem {
    Problem(.usage, "\(first) and \(second) cannot be used together", hint: hint)
  }

  /// A user's word in quotes; not one that may be a token pasted in the wrong place.
  static func shown(_ word: String) -> String {
    ("\(word: word)" as Message).text
  }
}
