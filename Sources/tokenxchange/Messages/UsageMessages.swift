import Encoding

extension Diagnosis {
  /// The message about a command line or a variable.
  init(_ error: UsageError) {
    let (message, hint) = Self.parts(error)
    self.init(message, hint: hint, exitCode: .usage)
  }

  private static func parts(_ error: UsageError) -> (message: Message, hint: Message) {
    switch error {
    case .unknownCommand(let word, let nearest):
      (
        "unknown command \(word: word)",
        "\(didYouMean(nearest))tokenxchange help lists the commands"
      )
    case .unknownSubcommand(let word, let command, let nearest, let known):
      (
        "\(command: command) has no kind \(word: word)",
        "\(didYouMean(nearest))the kinds are \(choices: known)"
      )
    case .unknownOption(let name, let command, let advice):
      (
        "\(command: command) has no option \(word: name)",
        "\(text(advice))tokenxchange help \(command: command) lists its options"
      )
    case .unexpectedArgument(let word, let command, let after):
      (
        "unexpected argument \(word: word)\(after.map { " after \(option: $0)" } ?? "")",
        after == nil
          ? "tokenxchange help \(command: command) shows its arguments and options"
          : """
          quote a value that contains spaces, and write it as --option=VALUE; see tokenxchange help \
          \(command: command)
          """
      )
    case .commandAfterOptions(let word, let command):
      (
        "unexpected argument \(word: word) for \(command: command)",
        "write the command first: tokenxchange \(command: word) …"
      )
    case .flagWithSeparateValue(let word, let command, let flag):
      (
        "unexpected argument \(word: word) for \(command: command)",
        "a flag has no separate value: write \(option: flag ?? "--flag")=\(option: word)"
      )
    case .missingArguments(let names, let command):
      (
        "missing argument: \(options: names)",
        "see tokenxchange help \(command: command)"
      )
    case .argumentAndOption(let argument, let option):
      (
        "the argument \(option: argument) and \(option: option) both name the file",
        "pass one of them"
      )
    case .tokenInsteadOfFile(let source, let command):
      (
        "\(option: source) expects a path, got a token (not shown)",
        """
        write the token to a file\(command == "inspect" ? ", or pipe it to inspect" : ""); a token \
        on a command line is visible to every user
        """
      )
    case .contentInsteadOfFile(let source):
      (
        "\(option: source) expects a path, got the content of a file (not shown)",
        "write the content to a file and pass its path"
      )
    case .unexpectedValue(let option):
      ("\(option: option) takes no value", "write \(option: option)")
    case .missingValue(let option, let placeholder, let next):
      (
        next.map { "missing value for \(option: option): \(option: $0) follows it" }
          ?? "missing value for \(option: option)",
        "write \(option: option)=\(option: placeholder)"
      )
    case .emptyValue(let option, let placeholder):
      (
        "empty value for \(option: option)",
        """
        write \(option: option)=\(option: placeholder), or omit the option; is a shell variable \
        unset?
        """
      )
    case .missingOptions(let missing, let remedy, let empty, let misspelled):
      (
        "missing required \(missing.count == 1 ? "option" : "options"): \(alternatives: missing)",
        misspelled.map { "the variable \(unknownVariable: $0)" }
          ?? "\(setButEmpty(empty))\(text(remedy))"
      )
    case .invalidDuration(let text, let source, let allowsZero, let maximum):
      durationParts(text, source, allowsZero: allowsZero, maximum: maximum)
    case .invalidChoice(let word, let source, let choices):
      (
        "invalid value \(word: word) for \(option: source)",
        "\(didYouMean(word.flatMap { Suggestion.nearest(to: $0, in: choices) }))"
          + "valid values: \(choices: choices)"
      )
    case .invalidIdentifier(let source):
      (
        "\(option: source) starts or ends with white space, or contains a control character",
        "it is compared byte for byte: does it contain the newline of a file or a Secret?"
      )
    }
  }

  private static func durationParts(
    _ text: String, _ source: String, allowsZero: Bool, maximum: Double
  ) -> (message: Message, hint: Message) {
    let isNumber = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    if isNumber, text.utf8.contains(where: { $0 != 0x30 }) {
      return (
        "invalid duration \(word: text) for \(option: source): the unit is missing",
        "write \(untrusted: text)s for seconds or \(untrusted: text)m for minutes"
      )
    }
    let limit: Message? =
      switch GoDuration.seconds(text, limit: .infinity) {
      case 0?: "it must be longer than zero"
      case let seconds? where seconds < GoDuration.shortest: "it must be at least 1ms"
      case let seconds? where seconds > maximum: "it must be at most \(Int(maximum / 3600))h"
      default: nil
      }
    if let limit {
      return (
        "invalid duration \(word: text) for \(option: source): \(limit)",
        "write it as 90s, 10m or 1h30m"
      )
    }
    return (
      "invalid duration \(word: text) for \(option: source)",
      allowsZero ? "write it as 90s, 10m, 1h30m or 0s" : "write it as 90s, 10m or 1h30m"
    )
  }

  private static func didYouMean(_ word: String?) -> Message {
    word.map { "did you mean \(option: $0)? " } ?? ""
  }

  private static func text(_ advice: OptionAdvice?) -> Message {
    switch advice {
    case nil: ""
    case .nearest(let option): "did you mean \(option: option)? "
    case .kubelogin(let option): "use \(option: option) instead; "
    case .belongsTo(let command): "tokenxchange \(command: command) has this option; "
    case .versionCommand: "tokenxchange version prints the version; "
    }
  }

  private static func text(_ remedy: UsageError.Remedy) -> Message {
    switch remedy {
    case .example(let example): "example: \(example: example)"
    case .add(let options): "add \(example: options.joined(separator: " "))"
    }
  }

  private static func setButEmpty(_ variables: [String]) -> Message {
    switch variables.count {
    case 0: ""
    case 1: "\(options: variables) is set but empty; "
    default: "\(options: variables) are set but empty; "
    }
  }
}

extension Message.StringInterpolation {
  /// An unknown variable, with the one that may have been meant.
  mutating func appendInterpolation(unknownVariable variable: UnknownVariable) {
    appendLiteral(variable.name.sanitized(maxLength: 80) + " is unknown and ignored")
    if let nearest = variable.nearest { appendLiteral("; did you mean \(nearest)?") }
  }

  /// Options, each with its alternatives: `--issuer or --token-url, --client-id`.
  fileprivate mutating func appendInterpolation(alternatives: [[String]]) {
    appendLiteral(alternatives.map { $0.joined(separator: " or ") }.joined(separator: ", "))
  }
}
