import TokenExchange

/// An option with the type of its value: `arguments[.timeout]` is a number of seconds.
///
/// Each type of value has a class, listed in OptionTypes.swift: an instance of a generic class
/// costs every run 20,000 instructions for its type's metadata.
protocol OptionDefinition: OptionDeclaration {
  associatedtype Value: Sendable

  /// The value of an option that is not set and has no default; nil if it must be set.
  static var absent: Value? { get }

  static func parse(_ input: OptionInput) throws(CommandError) -> Value
}

extension OptionDefinition {
  static var absent: Value? { nil }
}

extension OptionDefinition where Value: ExpressibleByNilLiteral {
  static var absent: Value? { .some(nil) }
}

/// An option with a fixed set of values, which shells complete.
protocol ChoiceOption: OptionDefinition
where Value: RawRepresentable & CaseIterable, Value.RawValue == String {}

extension ChoiceOption {
  static var choices: [String] { Value.allCases.map { $0.rawValue } }

  static func parse(_ input: OptionInput) throws(CommandError) -> Value {
    guard let value = Value(rawValue: input.text) else { throw input.invalidChoice(choices) }
    return value
  }
}

/// Text that is compared byte by byte: no control characters, no surrounding white space.
struct Identifier: Sendable, Equatable {
  var text: String
}

/// The text of an option to parse, its source, and the other options.
struct OptionInput {
  var text: String
  var source: String
  var option: OptionDeclaration
  var arguments: ParsedArguments

  func invalidChoice(_ choices: [String]) -> CommandError {
    .usage(
      .invalidChoice(option.sensitivity == .none ? text : nil, source: source, choices: choices))
  }

  /// A duration in seconds.
  func duration(
    allowsZero: Bool = false, maximum: Double = GoDuration.longest
  ) throws(CommandError) -> Double {
    // Shorter ones would be shown as 0 s, and no request is that fast.
    guard let seconds = GoDuration.seconds(text), seconds <= maximum,
      seconds >= GoDuration.shortest || allowsZero && seconds == 0
    else {
      throw .usage(
        .invalidDuration(text, source: source, allowsZero: allowsZero, maximum: maximum))
    }
    return seconds
  }

  /// A URL; plain http needs the flag that allows it, if the command has one.
  func url(allowsHTTP: Bool = false) throws(CommandError) -> EndpointURL {
    do throws(InvalidURL) {
      return try EndpointURL(text, allowsHTTP: allowsHTTP || arguments[.insecureAllowHTTP])
    } catch {
      throw .configuration(
        .invalidURL(
          error, text, source: source,
          canAllowHTTP: arguments.command.options.contains(.insecureAllowHTTP)))
    }
  }

  func identifier() throws(CommandError) -> Identifier {
    // A variable set from a file or a Secret often ends in a newline; commands that read no
    // variables print the text unchanged.
    guard arguments.command.readsVariables else { return Identifier(text: text) }
    let scalars = text.unicodeScalars
    guard scalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }),
      scalars.first?.properties.isWhitespace == false,
      scalars.last?.properties.isWhitespace == false
    else { throw .usage(.invalidIdentifier(source: source)) }
    return Identifier(text: text)
  }
}
