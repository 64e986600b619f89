import Encoding

/// Turns a command line and variables into ``ParsedArguments``.
///
/// Words are compared and split by bytes: a combining mark after `=` belongs to the value.
struct ArgumentParser {
  var arguments: [String]
  var variables: [String: String]

  /// Finds the command, then its options and positional arguments.
  ///
  /// The first word is a command; without one, the command is `get-token`. `--help` is recognized
  /// anywhere before `--`, `--version` only as the first word. `-v` alone prints the version;
  /// otherwise it is `--verbose`.
  func parse() throws(UsageError) -> ParsedArguments {
    var words = arguments[...]
    if words.first == "--version" || arguments == ["-v"] {
      return ParsedArguments(command: .version)
    }
    var command: Command
    if let first = words.first, !first.isOption {
      guard let found = Command.named(first) else {
        throw .unknownCommand(
          first.isPlainWord ? first : nil,
          nearest: Suggestion.nearest(to: first, in: Command.table.map(\.name)))
      }
      command = found
      words.removeFirst()
    } else {
      command = .getToken
    }
    // The words are an incomplete command line.
    if command.isHidden { return ParsedArguments(command: command, positional: Array(words)) }
    let options = words.prefix { $0 != "--" }
    if let word = options.first(where: \.isHelp) {
      guard !word.contains("=") || word == "--help=true" else {
        throw .unexpectedValue(option: "--help")
      }
      return ParsedArguments(command: .help, positional: topic)
    }
    if !command.subcommands.isEmpty {
      guard let word = words.popFirst(), !word.isOption else {
        throw .missingArguments(command.arguments, command: command.name)
      }
      guard let found = command.subcommand(word) else { throw command.unknownSubcommand(word) }
      command = found
    }
    var parsing = OptionParsing(parsed: ParsedArguments(command: command), words: words)
    try parsing.run()
    var parsed = parsing.parsed
    if command.readsVariables { applyVariables(to: &parsed) }
    try parsed.checkPaths()
    if !command.printsPaths { parsed.expandPaths(HomeDirectory(variables)) }
    return parsed
  }

  /// The command and the subcommand to show help for, as far as they are known.
  private var topic: [String] {
    guard let name = arguments.first, let command = Command.named(name) else { return [] }
    let subcommand = arguments.dropFirst().first.flatMap(command.subcommand)
    return [command.name] + (subcommand.map { [$0.subcommandName] } ?? [])
  }

  private func applyVariables(to parsed: inout ParsedArguments) {
    let prefix = OptionDeclaration.variablePrefix.utf8
    let set = variables.filter { $0.key.utf8.starts(with: prefix) }
    guard !set.isEmpty else { return }
    parsed.variableNames = Array(set.keys)
    let groups = parsed.resolved.compactMap(\.option.group)
    for option in parsed.command.options where !parsed.isSet(option) {
      if let group = option.group, groups.contains(group) { continue }
      guard let (name, value) = set.first(where: { option.hasVariable(named: $0.key) }) else {
        continue
      }
      if option.isEmpty(value) {
        parsed.emptyVariables.append(name)
      } else {
        parsed.set(option, to: [value], source: .variable(name))
      }
    }
  }
}

/// Parses the words after the command.
private struct OptionParsing {
  var parsed: ParsedArguments
  var words: ArraySlice<String>
  /// The option directly before the next word.
  var last: String?
  /// Whether later words may be parts of a secret that contains spaces.
  var mayBeSecret = false

  private var command: Command { parsed.command }

  mutating func run() throws(UsageError) {
    while let word = words.popFirst() {
      if !command.ownOptions.isEmpty, word == "--" || !word.isOption {
        try takeCommandLine(word == "--" ? [] : [word])
      } else if word == "--" {
        while let word = words.popFirst() { try take(argument: word) }
      } else if word.isOption {
        try take(option: word)
      } else {
        try take(argument: word)
      }
    }
    guard parsed.positional.count >= command.requiredArguments else {
      throw .missingArguments(command.arguments, command: command.name)
    }
  }

  /// Takes the rest as a command line, except for this command's own options at any position.
  private mutating func takeCommandLine(_ first: [String]) throws(UsageError) {
    parsed.positional = first
    while let word = words.popFirst() {
      let name = word.optionName
      // The plugin has an option of this name too, with different formats.
      let isFormat = ["json", "text"].contains {
        ["--output=\($0)", "-o=\($0)", "-o\($0)"].contains(word)
      }
      let isOwn = command.ownOptions.contains {
        isFormat && $0.isSame(as: .reportOutput)
          || $0.isNamed(name) && !$0.isSame(as: .reportOutput)
      }
      if word.isOption, isOwn {
        try take(option: word)
      } else {
        parsed.positional.append(word)
      }
    }
  }

  private mutating func take(option word: String) throws(UsageError) {
    if let words = command.splittingShortOptions(word) {
      for word in words { try take(option: word) }
      return
    }
    let bytes = word.utf8[...]
    let equals = bytes.firstIndex(of: UInt8(ascii: "="))
    let name = String(Substring(bytes[..<(equals ?? bytes.endIndex)]))
    guard let option = command.options.first(where: { $0.isNamed(name.utf8[...]) }) else {
      throw command.unknownOption(name, mayBeSecret: mayBeSecret)
    }
    last = name
    mayBeSecret = mayBeSecret || option.sensitivity != .none
    let inline = equals.map { String(Substring(bytes[bytes.index(after: $0)...])) }
    let value = try value(of: option, name: name, inline: inline)
    let earlier = parsed.resolved(option)
    if case .argument(let argument) = earlier?.source {
      throw .argumentAndOption(argument: argument, option: name)
    }
    let isMore = option.kind == .list
    parsed.set(option, to: (isMore ? earlier?.values ?? [] : []) + [value], source: .flag(name))
  }

  private mutating func value(
    of option: OptionDeclaration, name: String, inline: String?
  ) throws(UsageError) -> String {
    if option.kind == .flag {
      guard let inline else { return "true" }
      guard inline == "true" || inline == "false" else {
        throw .invalidChoice(
          mayBeSecret || !inline.isPlainWord ? nil : inline, source: name,
          choices: ["true", "false"])
      }
      return inline
    }
    if inline == nil, option.isValueOptional, words.first?.isOption ?? true { return "" }
    guard let value = inline ?? words.popFirst() else {
      throw .missingValue(option: name, placeholder: option.placeholder, next: nil)
    }
    // A value may begin with a dash, but an option that follows means that the value is missing.
    if inline == nil, value.utf8.starts(with: "--".utf8), value.utf8.count > 2 {
      let next = command.options.first { $0.isNamed(value.optionName) }
      throw .missingValue(option: name, placeholder: option.placeholder, next: next?.flag)
    }
    guard option.allowsEmpty || !option.isEmpty(value) else {
      throw .emptyValue(option: name, placeholder: option.placeholder)
    }
    return value
  }

  private mutating func take(argument word: String) throws(UsageError) {
    defer { last = nil }
    if let option = command.options.first(where: \.isPositional), let name = command.arguments.first
    {
      switch parsed.resolved(option)?.source {
      case nil where !word.isEmpty: parsed.set(option, to: [word], source: .argument(name))
      case nil: throw .emptyValue(option: name, placeholder: name)
      case .argument, .clusterConfig: throw unexpected(word)
      case .flag(let flag), .variable(let flag):
        throw .argumentAndOption(argument: name, option: flag)
      }
      return
    }
    guard parsed.positional.count < command.arguments.count else { throw unexpected(word) }
    parsed.positional.append(word)
  }

  private func unexpected(_ word: String) -> UsageError {
    if !mayBeSecret {
      if word == "true" || word == "false" {
        return .flagWithSeparateValue(word, command: command.name, flag: last)
      }
      if Command.table.contains(where: { $0.name == word }) {
        return .commandAfterOptions(word, command: command.name)
      }
    }
    return .unexpectedArgument(
      mayBeSecret || word.looksLikeToken ? nil : word, command: command.name, after: last)
  }
}

extension Command {
  /// One word for each option in a word such as `-ojson` or `-vo`: as in kubectl, flags may precede
  /// an option whose value follows in the same word or in the next one.
  ///
  /// - Returns: nil unless the word has several options, or a value without `=`.
  fileprivate func splittingShortOptions(_ word: String) -> [String]? {
    let letters = word.unicodeScalars.dropFirst()
    guard let first = letters.first, first != "-", letters.count > 1 else { return nil }
    // A long option with one dash is a mistake.
    let name = "-" + String(Substring(word.optionName))
    guard !options.contains(where: { $0.isNamed(name.utf8[...]) }) else { return nil }
    var words: [String] = []
    var rest = letters
    while let letter = rest.popFirst() {
      guard let option = options.first(where: { $0.letter == letter }) else { return nil }
      guard option.kind != .flag || rest.first == "=" else {
        words.append("-\(letter)")
        continue
      }
      let value = rest.first == "=" ? rest.dropFirst() : rest
      words.append(rest.isEmpty ? "-\(letter)" : "-\(letter)=\(String(Substring(value)))")
      break
    }
    return words == [word] ? nil : words
  }
}

extension String {
  /// Whether this is `--help`, also with a value, or `-h`, also combined with `-v`.
  fileprivate var isHelp: Bool {
    self == "-h" || self == "-hv" || self == "-vh" || optionName.elementsEqual("--help".utf8)
  }

  /// Whether a word of the command line is an option; `-` alone is not.
  fileprivate var isOption: Bool { utf8.first == UInt8(ascii: "-") && utf8.count > 1 }

  fileprivate var optionName: Substring.UTF8View { utf8.prefix { $0 != UInt8(ascii: "=") } }
}
