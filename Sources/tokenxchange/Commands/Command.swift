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
    .logout,
    .install,
    .completion,
    .version,
    .help,
  ]

  /// The command of a name.
  static func named(_ name: String) -> Command? { all.first { $0.name == name } }
}
