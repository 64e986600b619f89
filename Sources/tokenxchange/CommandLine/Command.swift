import TokenExchange

/// One command: its help, its options, and what it does.
struct Command: Sendable {
  var name: String
  /// The description in the list of commands.
  var summary: String
  /// The description in its help.
  var details: String
  /// A valid command line, for help and for messages about missing options.
  var example: String
  /// The names of its positional arguments, in order.
  var arguments: [String] = []
  var requiredArguments = 0
  /// In the order of help.
  var options: [OptionDeclaration] = []
  /// Whether variables set its options too.
  var readsVariables = true
  /// The commands that its first argument selects, with full names: `generate rbac`.
  var subcommands: [Command] = []
  /// Options that are recognized at any position if the arguments are another command line.
  var ownOptions: [OptionDeclaration] = []
  /// How an argument is completed.
  var argumentCompletion = OptionDeclaration.Completion.nothing
  /// Whether help and completion leave it out.
  var isHidden = false
  var run: @Sendable (ParsedArguments, World) throws(CommandError) -> ExitCode
}

extension Command {
  /// Every command by its name, in the order of help; built on demand, because building all of them
  /// takes a tenth of a short run.
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

  static let all = table.map { $0.command() }

  /// The command with a name such as `generate` or `generate rbac`.
  static func named(_ name: String) -> Command? {
    let first = String(Substring(name.utf8.prefix { $0 != UInt8(ascii: " ") }))
    guard let command = table.first(where: { $0.name == first })?.command() else {
      return name == completeName ? .complete : nil
    }
    return command.name == name ? command : command.subcommands.first { $0.name == name }
  }

  func subcommand(_ word: String) -> Command? {
    subcommands.first { $0.subcommandName == word }
  }

  /// The name of a subcommand without its command: `rbac`.
  var subcommandName: String { name.split(separator: " ").last.map(String.init) ?? name }
}
