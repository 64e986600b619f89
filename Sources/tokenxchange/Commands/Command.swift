import TokenExchange

/// One command: its words in help, its options, and what it does.
struct Command: Sendable {
  var name: String
  /// One clause for the list of commands.
  var summary: String
  /// What its help says before the options.
  var details: String
  /// The names of its operands, in order.
  var operands: [String] = []
  /// How many of them must be there.
  var requiredOperands = 0
  /// Its options, in the order of help.
  var options: [OptionSpec] = []
  /// Whether variables set its options too.
  var readsVariables = true
  /// The commands that its first operand chooses between, named in full: `generate rbac`.
  var kinds: [Command] = []
  /// What an operand may be, for completion.
  var operandCompletion = OptionSpec.Completion.nothing
  /// Does the work.
  var run: @Sendable (Invocation, World) throws(Problem) -> ExitCode
}

extension Command {
  /// Every command, in the order of help.
  static let all: [Command] = [
    .getToken,
    .tokenFile,
    .login,
    .inspect,
    .doctor,
    .sidecar,
    .check,
    .logout,
    .generate,
    .publishIssuer,
    .install,
    .completion,
    .version,
    .help,
  ]

  /// The command of a name; of one with kinds, `generate` and `generate rbac` are both names.
  static func named(_ name: String) -> Command? {
    all.lazy.flatMap { [$0] + $0.kinds }.first { $0.name == name }
  }

  /// What a kind is called after its command: `rbac`.
  var kindName: String { name.split(separator: " ").last.map(String.init) ?? name }
}
