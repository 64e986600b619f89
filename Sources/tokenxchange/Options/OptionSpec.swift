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
    kind == .flag || !hasVariable ? nil : Self.variablePrefix + Self.capitals(name)
  }

  /// `--name` and `--alias`.
  var spellings: [String] { ([name] + aliases).map { "--" + $0 } }

  /// Whether a value says nothing: of a list, one of separators only.
  func isEmpty(_ value: String) -> Bool {
    value.isEmpty || kind == .list && Self.items(of: value).isEmpty
  }

  /// The items of a list's value.
  static func items(of value: String) -> [String] {
    value.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map(String.init)
  }

  static let variablePrefix = "TOKENXCHANGE_"

  /// `some-flag` as `SOME_FLAG`; by bytes, because every option's name is looked up at each start.
  private static func capitals(_ name: String) -> String {
    let bytes = name.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "-"): UInt8(ascii: "_")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 0x20
      default: byte
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
