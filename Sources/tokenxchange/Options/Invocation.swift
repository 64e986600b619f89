import TokenExchange

/// A command with its options and operands, as typed accessors.
struct Invocation: Sendable {
  var command: Command
  /// By option name.
  var settings: [String: Setting] = [:]
  var operands: [String] = []
  /// Variables of its options that are there and empty, which counts as unset.
  var emptyVariables: [String] = []

  /// Whether a flag is on.
  func isOn(_ spec: OptionSpec) -> Bool { settings[spec.name]?.values.last == "true" }

  /// The text of a scalar, if it is set.
  func text(_ spec: OptionSpec) -> String? { settings[spec.name]?.values.last }

  /// The flag or variable that set an option, or the flag that would.
  func source(_ spec: OptionSpec) -> String { settings[spec.name]?.source.name ?? "--" + spec.name }

  /// The text of a scalar that must be set.
  func required(_ spec: OptionSpec) throws(Problem) -> String {
    guard let text = text(spec) else { throw .missingOption(spec, in: self) }
    return text
  }

  /// An identifier, if it is set; one with a newline behind it, as files have, is nobody's.
  func identifier(_ spec: OptionSpec) throws(Problem) -> String? {
    guard let text = text(spec) else { return nil }
    // Such newlines come by variables; what reads none prints a text as it was given.
    guard command.readsVariables else { return text }
    let isClean = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    guard isClean, text.first?.isWhitespace == false, text.last?.isWhitespace == false else {
      throw .badIdentifier(source: source(spec))
    }
    return text
  }

  /// An identifier that must be set.
  func requiredIdentifier(_ spec: OptionSpec) throws(Problem) -> String {
    guard let text = try identifier(spec) else { throw .missingOption(spec, in: self) }
    return text
  }

  /// The items of a list, or nil if it is not set.
  func list(_ spec: OptionSpec) -> [String]? {
    settings[spec.name].map { $0.values.flatMap(OptionSpec.items) }
  }

  /// A span of time in seconds, which must not be zero unless that makes sense.
  func duration(
    _ spec: OptionSpec, default fallback: Double, allowsZero: Bool = false
  ) throws(Problem) -> Double {
    guard let text = text(spec) else { return fallback }
    guard let seconds = GoDuration.seconds(text), seconds > 0 || allowsZero && seconds == 0 else {
      throw .badDuration(text, source: source(spec), allowsZero: allowsZero)
    }
    return seconds
  }

  /// A value out of a fixed set.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ spec: OptionSpec, default fallback: Choice
  ) throws(Problem) -> Choice where Choice.RawValue == String {
    guard let text = text(spec) else { return fallback }
    guard let choice = Choice(rawValue: text) else {
      throw .badChoice(
        text, source: source(spec), choices: Choice.allCases.map { $0.rawValue })
    }
    return choice
  }

  /// A token type.
  func tokenType(_ spec: OptionSpec) throws(Problem) -> TokenType {
    guard let text = text(spec) else { return .idToken }
    guard let type = TokenType(text) else {
      throw .badChoice(text, source: source(spec), choices: ["id_token", "access_token", "urn:…"])
    }
    return type
  }
}
