import TokenExchange

/// An option with the type of its value: `arguments[.timeout]` is a number of seconds.
///
/// Each type of value has a class, listed in OptionTypes.swift: an instance of a generic class
/// costs every run 20,000 instructions for its type's metadata.
protocol OptionDefinition: OptionDeclaration {
  associatedtype Value: Sendable

  static var parser: OptionParser<Value> { get }
}

/// Text that is compared byte by byte: no control characters, no white space around it.
struct Identifier: Sendable, Equatable {
  var text: String
}

/// The input of a parser: the text, its source, and the other options.
struct OptionInput {
  var values: [String]
  var source: String
  var option: OptionDeclaration
  var arguments: ParsedArguments

  /// The text of a scalar.
  var text: String { values.last ?? "" }
}

/// Converts the text of an option to its value.
struct OptionParser<Value: Sendable>: Sendable {
  /// The value of an option that is not set and has no default; nil if it must be set.
  var absent: Value?
  var parse: @Sendable (OptionInput) throws(CommandError) -> Value
}

extension OptionParser where Value == Bool {
  /// Whether a flag is on.
  static var flag: Self { Self(absent: false) { $0.text == "true" } }
}

extension OptionParser where Value == [String] {
  /// The items of a list.
  static var list: Self {
    Self(absent: []) { $0.values.flatMap(OptionDeclaration.items) }
  }
}

extension OptionParser where Value == String? {
  /// Unchanged text.
  static var optionalText: Self { Self(absent: .some(nil)) { $0.text } }
}

extension OptionParser where Value == String {
  /// Unchanged text, which must be set.
  static var text: Self { Self { $0.text } }
}

extension OptionParser where Value == Identifier {
  /// An identifier, which must be set.
  static var identifier: Self {
    Self { input throws(CommandError) in try input.identifier() }
  }
}

extension OptionParser where Value == Identifier? {
  /// An identifier.
  static var optionalIdentifier: Self {
    Self(absent: .some(nil)) { input throws(CommandError) in try input.identifier() }
  }
}

extension OptionParser where Value == Double {
  /// A duration in seconds, longer than zero.
  static var duration: Self {
    Self { input throws(CommandError) in try input.duration(allowsZero: false) }
  }

  /// A duration in seconds, which may be zero.
  static var durationOrZero: Self {
    Self { input throws(CommandError) in try input.duration(allowsZero: true) }
  }
}

extension OptionParser where Value == Double? {
  /// A duration in seconds, which may be zero.
  static var optionalDuration: Self {
    Self(absent: .some(nil)) { input throws(CommandError) in try input.duration(allowsZero: true) }
  }
}

extension OptionParser where Value == EndpointURL {
  /// A URL, which must be set.
  static var url: Self { Self { input throws(CommandError) in try input.url() } }

  /// A URL, which must be set; the command checks its scheme.
  static var urlOfAnyScheme: Self {
    Self { input throws(CommandError) in try input.url(allowsHTTP: true) }
  }
}

extension OptionParser where Value == EndpointURL? {
  /// A URL.
  static var optionalURL: Self {
    Self(absent: .some(nil)) { input throws(CommandError) in try input.url() }
  }
}

extension OptionParser where Value == TokenType {
  /// A token type of RFC 8693.
  static var tokenType: Self {
    Self { input throws(CommandError) in
      guard let type = TokenType(input.text) else {
        throw input.invalidChoice(["id_token", "access_token", "urn:…"])
      }
      return type
    }
  }
}

extension OptionParser
where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of a fixed set of values.
  static var choice: Self {
    Self { input throws(CommandError) in
      guard let value = Value(rawValue: input.text) else {
        throw input.invalidChoice(Value.allCases.map(\.rawValue))
      }
      return value
    }
  }
}

extension OptionInput {
  fileprivate func invalidChoice(_ choices: [String]) -> CommandError {
    .usage(
      .invalidChoice(option.sensitivity == .none ? text : nil, source: source, choices: choices))
  }

  fileprivate func duration(allowsZero: Bool) throws(CommandError) -> Double {
    // Shorter ones would be shown as 0 s, and no request is that fast.
    guard let seconds = GoDuration.seconds(text),
      seconds >= GoDuration.minimum || allowsZero && seconds == 0
    else {
      throw .usage(.invalidDuration(text, source: source, allowsZero: allowsZero))
    }
    return seconds
  }

  /// A URL; plain http needs the flag that allows it, if the command has one.
  fileprivate func url(allowsHTTP: Bool = false) throws(CommandError) -> EndpointURL {
    do throws(InvalidURL) {
      return try EndpointURL(text, allowsHTTP: allowsHTTP || arguments[.insecureAllowHTTP])
    } catch {
      throw .configuration(
        .invalidURL(
          error, text, source: source,
          canAllowHTTP: arguments.command.options.contains(.insecureAllowHTTP)))
    }
  }

  fileprivate func identifier() throws(CommandError) -> Identifier {
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
