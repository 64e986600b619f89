/// One row of the option table: parsing, variables, `--help`, completion and the README read it.
struct OptionSpec: Sendable {
  /// How values are given.
  enum Kind: Sendable {
    /// On or off, without a value and without a variable.
    case flag
    /// One value; given twice, the last one counts.
    case scalar
    /// Values separated by commas or spaces; given twice, they add up.
    case list
  }

  /// What a shell may offer as a value.
  enum Completion: Sendable {
    case nothing
    case file
    case directory
    case words([String])
    /// The names of the commands; not a list, because the table of commands would hold itself.
    case commands
  }

  /// Options that say the same thing: the higher source wins the whole group.
  enum Group: Sendable {
    case endpoint
    case clientSecret
    case authority
  }

  var name: String
  var aliases: [String] = []
  var kind = Kind.scalar
  /// The value's name in help; empty for a flag.
  var placeholder = ""
  /// One sentence or two.
  var help: String
  /// The default, as help shows it.
  var defaultText: String?
  var group: Group?
  var completion = Completion.nothing
  /// Whether an empty value means "none" and not a mistake.
  var allowsEmpty = false

  /// Whether a variable may set it; not where the same name means something else to `get-token`.
  var hasVariable = true

  /// The variable that sets this option, if any.
  var variable: String? {
    kind == .flag || !hasVariable
      ? nil : Self.variablePrefix + name.uppercased().map { $0 == "-" ? "_" : $0 }
  }

  /// `--name` and `--alias`.
  var spellings: [String] { ([name] + aliases).map { "--" + $0 } }

  static let variablePrefix = "TOKENXCHANGE_"
}
