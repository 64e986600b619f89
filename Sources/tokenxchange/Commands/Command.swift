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
  /// Every command by its name, in the order of help; made only when it is asked for, because making
  /// all of them takes a tenth of a short run.
  static let table: [(name: String, command: @Sendable () -> Command)] = [
    ("get-token", { .getToken }),
    ("token-file", { .tokenFile }),
    ("login", { .login }),
    ("inspect", { .inspect }),
    ("doctor", { .doctor }),
    ("sidecar", { .sidecar }),
    ("check", { .check }),
    ("logout", { .logout }),
    ("generate", { .generate }),
    ("publish-issuer", { .publishIssuer }),
    ("install", { .install }),
    ("completion", { .completion }),
    ("version", { .version }),
    ("help", { .help }),
  ]

  /// Every command, in the order of help.
  static let all = table.map { $0.command() }

  /// The command of a name; of one with kinds, `generate` and `generate rbac` are both names.
  static func named(_ name: String) -> Command? {
    let first = String(name.prefix { $0 != " " })
    guard let command = table.first(where: { $0.name == first })?.command() else { return nil }
    return command.name == name ? command : command.kinds.first { $0.name == name }
  }

  /// What a kind is called after its command: `rbac`.
  var kindName: String { name.split(separator: " ").last.map(String.init) ?? name }
}
