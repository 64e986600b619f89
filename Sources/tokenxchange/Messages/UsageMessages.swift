import Encoding

extension Diagnosis {
  init(_ error: UsageError) {
    switch error {
    case .unknownCommand(let word, let nearest):
      self.init(
        "unknown command \(word: word)",
        hint: "\(didYouMean: nearest)tokenxchange help lists the commands")
    case .unknownSubcommand(let word, let command, let nearest, let known):
      self.init(
        "\(command: command) has no subcommand \(word: word)",
        hint: "\(didYouMean: nearest)its subcommands are \(choices: known)")
    case .unknownOption(let name, let command, let advice):
      self.init(
        "\(command: command) has no option \(word: name)",
        hint: "\(advice?.message ?? "")tokenxchange help \(command: command) lists its options")
    case .unexpectedArgument(let word, let command, let after):
      self.init(
        "unexpected argument \(word: word)\(after.map { " after \(option: $0)" } ?? "")",
        hint: after == nil
          ? "tokenxchange help \(command: command) shows its arguments and options"
          : """
          quote a value that contains spaces, and write it as --option=VALUE; see tokenxchange help \
          \(command: command)
          """)
    case .commandAfterOptions(let word, let command):
      self.init(
        "unexpected argument \(word: word) for \(command: command)",
        hint: "write the command first: tokenxchange \(command: word) …")
    case .flagWithSeparateValue(let word, let command, let flag):
      self.init(
        "unexpected argument \(word: word) for \(command: command)",
        hint: "a flag has no separate value: write \(option: flag ?? "--flag")=\(option: word)")
    case .missingArguments(let names, let command):
      self.init(
        "missing argument: \(options: names)",
        hint: "see tokenxchange help \(command: command)")
    case .argumentAndOption(let argument, let option):
      self.init(
        "the argument \(option: argument) and \(option: option) both name the file",
        hint: "pass one of them")
    case .tokenInsteadOfFile(let source, let command):
      self.init(
        "\(option: source) expects a path, got a token (not shown)",
        hint: """
          write the token to a file\(command == "inspect" ? ", or pipe it to inspect" : ""); a token \
          on a command line is visible to every user
          """)
    case .contentInsteadOfFile(let source):
      self.init(
        "\(option: source) expects a path, got the content of a file (not shown)",
        hint: "write the content to a file and pass its path")
    case .unexpectedValue(let option):
      self.init("\(option: option) takes no value", hint: "write \(option: option)")
    case .missingValue(let option, let placeholder, let next):
      self.init(
        next.map { "missing value for \(option: option): \(option: $0) follows it" }
          ?? "missing value for \(option: option)",
        hint: "write \(option: option)=\(option: placeholder)")
    case .emptyValue(let option, let placeholder):
      self.init(
        "empty value for \(option: option)",
        hint:
          "write \(option: option)=\(option: placeholder), or omit it; is a shell variable unset?")
    case .missingOptions(let missing, let remedy, let empty, let misspelled):
      self.init(
        "missing required \(missing.count == 1 ? "option" : "options"): \(alternatives: missing)",
        hint: misspelled.map { "the variable \(unknownVariable: $0)" }
          ?? "\(setButEmpty: empty)\(remedy.message)")
    case .invalidDuration(let text, let source, let allowsZero, let maximum):
      self.init(invalidDuration: text, source, allowsZero: allowsZero, maximum: maximum)
    case .invalidChoice(let word, let source, let choices):
      self.init(
        "invalid value \(word: word) for \(option: source)",
        hint: """
          \(didYouMean: word.flatMap { Suggestion.nearest(to: $0, in: choices) })valid values: \
          \(choices: choices)
          """)
    case .invalidIdentifier(let source):
      self.init(
        "\(option: source) starts or ends with white space, or contains a control character",
        hint: "it is compared byte for byte: does it end with the newline of a file or Secret?")
    }
  }

  private init(
    invalidDuration text: String, _ source: String, allowsZero: Bool, maximum: Double
  ) {
    let isNumber = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    let problem: Message
    var hint: Message = "write it as 90s, 10m or 1h30m"
    switch GoDuration.seconds(text, limit: .infinity) {
    case _ where isNumber && text.utf8.contains { $0 != 0x30 }:
      problem = ": the unit is missing"
      hint = "write \(untrusted: text)s for seconds or \(untrusted: text)m for minutes"
    case 0?: problem = ": it must be longer than zero"
    case let seconds? where seconds < GoDuration.shortest: problem = ": it must be at least 1ms"
    case let seconds? where seconds > maximum:
      problem = ": it must be at most \(Int(maximum / 3600))h"
    default:
      problem = ""
      if allowsZero { hint = "write it as 90s, 10m, 1h30m or 0s" }
    }
    self.init("invalid duration \(word: text) for \(option: source)\(problem)", hint: hint)
  }
}

extension OptionAdvice {
  fileprivate var message: Message {
    switch self {
    case .nearest(let option): "\(didYouMean: option)"
    case .kubelogin(let option): "use \(option: option) instead; "
    case .belongsTo(let command): "tokenxchange \(command: command) has this option; "
    case .versionCommand: "tokenxchange version prints the version; "
    }
  }
}

extension UsageError.Remedy {
  fileprivate var message: Message {
    switch self {
    case .example(let example): "example: \(example: example)"
    case .add(let options): "add \(example: options.joined(separator: " "))"
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

  fileprivate mutating func appendInterpolation(setButEmpty variables: [String]) {
    guard !variables.isEmpty else { return }
    appendInterpolation(options: variables)
    appendLiteral(variables.count == 1 ? " is set but empty; " : " are set but empty; ")
  }
}
