/// An option without the type of its value, for the parser, help, completion and the README.
///
/// Options are compared by identity, because options of different commands may share a name. The
/// conformance is unchecked because the compiler checks final classes only: everything here is
/// constant.
class OptionDeclaration: @unchecked Sendable {
  /// How values are given.
  enum Kind: Sendable {
    /// On or off, with neither a value nor a variable.
    case flag
    /// One value; if it is repeated, the last one counts.
    case scalar
    /// Values separated by commas or spaces; repeated options add up.
    case list
  }

  /// Whether an option's value is a secret.
  enum Sensitivity: Sendable {
    case none
    /// Not a secret, but users may pass one by mistake: error messages do not show the value.
    case confusable
    /// Never shown.
    case secret
  }

  /// What a shell may offer as a value.
  enum Completion: Sendable {
    case nothing
    case file
    case directory
    case words([String])
    /// The names of the commands; not a list, because the table of commands would contain itself.
    case commands
  }

  /// Options that set the same thing: only the source with the highest precedence counts.
  enum Group: Sendable {
    case endpoint
    case clientSecret
    case subjectToken
    case authority
    case serverAuthority
    case accounts
    case role
  }

  /// Where help lists an option.
  enum Section: String, Sendable, CaseIterable {
    case common = "Options"
    case tls = "TLS options"
    case advanced = "Advanced options"
  }

  /// The default of an option.
  enum Default: Sendable {
    /// This value, read as if the user had written it.
    case value(String)
    /// Determined by the program; described as text.
    case described(String)

    /// The text that help shows.
    var text: String {
      switch self {
      case .value(let text), .described(let text): text
      }
    }
  }

  /// Whether an option is required; of a required group, one option is enough.
  enum Requirement: Sendable {
    case optional
    case required
    /// Required in some cases, which help describes.
    case conditional(String, @Sendable (ParsedArguments) -> Bool)

    static func requiredUnless(
      _ flag: String, _ option: @escaping @Sendable () -> OptionDeclaration
    ) -> Requirement {
      .conditional("unless \(flag)") { !$0.isSet(option()) }
    }

    static func requiredWith(
      _ flag: String, _ option: @escaping @Sendable () -> OptionDeclaration
    ) -> Requirement {
      .conditional("with \(flag)") { $0.isSet(option()) }
    }
  }

  let name: String
  let aliases: [String]
  /// The letter of the short form, as in `-o`.
  let letter: Unicode.Scalar?
  /// The value's name in help; empty for a flag.
  let placeholder: String
  /// The description, in one or two sentences.
  let help: String
  let fallback: Default?
  let group: Group?
  let section: Section
  let requirement: Requirement
  fileprivate let declaredCompletion: Completion
  /// Whether an empty value means "none" and is not a mistake.
  let allowsEmpty: Bool
  let sensitivity: Sensitivity
  /// Whether the value may be omitted; it is then empty.
  let isValueOptional: Bool
  /// Whether a positional argument sets it too.
  let isPositional: Bool
  private let declaresVariable: Bool
  /// The option that this one describes for another command.
  private let original: OptionDeclaration?

  init(
    _ name: String, aliases: [String] = [], letter: Unicode.Scalar? = nil,
    placeholder: String = "", help: String, default fallback: Default? = nil, group: Group? = nil,
    section: Section = .common, requirement: Requirement = .optional,
    completion: Completion = .nothing, allowsEmpty: Bool = false, sensitivity: Sensitivity = .none,
    isValueOptional: Bool = false, isPositional: Bool = false, hasVariable: Bool = true,
    original: OptionDeclaration? = nil
  ) {
    self.name = name
    self.aliases = aliases
    self.letter = letter
    self.placeholder = placeholder
    self.help = help
    self.fallback = fallback
    self.group = group
    self.section = section
    self.requirement = requirement
    declaredCompletion = completion
    self.allowsEmpty = allowsEmpty
    self.sensitivity = sensitivity
    self.isValueOptional = isValueOptional
    self.isPositional = isPositional
    declaresVariable = hasVariable
    self.original = original
  }

  var kind: Kind { original?.kind ?? .scalar }

  var completion: Completion {
    guard let option = (original ?? self) as? any ChoiceOption else { return declaredCompletion }
    return .words(type(of: option).choices)
  }

  /// Whether a variable may set it.
  var hasVariable: Bool { declaresVariable && kind != .flag }

  /// The same option with another description.
  func with(
    help: String? = nil, default fallback: Default? = nil, hasNoDefault: Bool = false,
    requirement: Requirement? = nil, section: Section? = nil, aliases: [String]? = nil
  ) -> OptionDeclaration {
    OptionDeclaration(
      name, aliases: aliases ?? self.aliases, letter: letter, placeholder: placeholder,
      help: help ?? self.help, default: hasNoDefault ? nil : fallback ?? self.fallback,
      group: group, section: section ?? self.section,
      requirement: requirement ?? self.requirement, completion: declaredCompletion,
      allowsEmpty: allowsEmpty, sensitivity: sensitivity,
      isValueOptional: isValueOptional, isPositional: isPositional,
      hasVariable: declaresVariable, original: original ?? self)
  }

  /// Whether both describe the same option.
  func isSame(as other: OptionDeclaration) -> Bool { identity == other.identity }

  private var identity: ObjectIdentifier { ObjectIdentifier(original ?? self) }
}

extension OptionDeclaration {
  /// `--name`, the name that messages use.
  var flag: String { "--" + name }

  /// Whether its value is a path.
  var isPath: Bool {
    switch declaredCompletion {
    case .file, .directory: true
    case .nothing, .words, .commands: false
    }
  }

  /// Every name on a command line: `--name`, `--alias` and `-n`.
  var names: [String] {
    ([name] + aliases).map { "--" + $0 } + (letter.map { ["-\($0)"] } ?? [])
  }

  /// Whether a word of the command line is one of its names; compares bytes and copies nothing.
  func isNamed(_ word: Substring.UTF8View) -> Bool {
    guard word.dropFirst().first == UInt8(ascii: "-") else {
      return letter.map { word.dropFirst().elementsEqual(String($0).utf8) } ?? false
    }
    let name = word.dropFirst(2)
    return name.elementsEqual(self.name.utf8)
      || !aliases.isEmpty && aliases.contains { name.elementsEqual($0.utf8) }
  }

  var variable: String? {
    guard hasVariable else { return nil }
    return Self.variablePrefix + String(decoding: name.utf8.map(Self.capital), as: UTF8.self)
  }

  /// Whether a variable sets this option; compares bytes and copies nothing.
  func hasVariable(named variable: String) -> Bool {
    let prefix = Self.variablePrefix.utf8.count
    return hasVariable && variable.utf8.count == prefix + name.utf8.count
      && variable.utf8.dropFirst(prefix).elementsEqual(name.utf8.lazy.map(Self.capital))
  }

  /// Whether a value is empty; a list is empty if it has only separators.
  func isEmpty(_ value: String) -> Bool {
    value.isEmpty || kind == .list && Self.items(of: value).isEmpty
  }

  /// The items of a list's value.
  static func items(of value: String) -> [String] {
    value.unicodeScalars.split { $0 == "," || $0.properties.isWhitespace }.map(String.init)
  }

  static let variablePrefix = "TOKENXCHANGE_"

  /// A byte of `some-option` as in `SOME_OPTION`.
  private static func capital(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "-"): UInt8(ascii: "_")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 0x20
    default: byte
    }
  }
}

extension [OptionDeclaration] {
  /// The description of an option in this list.
  func first(sameAs option: OptionDeclaration) -> OptionDeclaration? {
    first { $0.isSame(as: option) }
  }

  func contains(_ option: OptionDeclaration) -> Bool { first(sameAs: option) != nil }

  func without(_ others: [OptionDeclaration]) -> [OptionDeclaration] {
    filter { !others.contains($0) }
  }

  func inserting(
    _ others: [OptionDeclaration], after option: OptionDeclaration
  ) -> [OptionDeclaration] {
    guard let index = firstIndex(where: { $0.isSame(as: option) }) else { return self + others }
    return self[...index] + others + self[(index + 1)...]
  }

  /// The list with another description of some options.
  func replacing(_ others: [OptionDeclaration]) -> [OptionDeclaration] {
    map { option in others.first(sameAs: option) ?? option }
  }
}
