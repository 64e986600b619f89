/// What can be written after some words: a row of every shell's completion.
///
/// A command of kinds has a row for itself, which offers their names, one for each kind, and one
/// under `help`.
struct CompletedCommand {
  /// The words, such as `get-token`, `generate rbac` or `help generate`.
  var name: String
  var options: [OptionSpec] = []
  /// The name of the operand that comes next, and what it may be.
  var operand: (name: String, completion: OptionSpec.Completion)?
  /// The kinds to choose between, if that is the operand.
  var kinds: [Command] = []

  /// Every row.
  static var all: [CompletedCommand] { Command.all.flatMap(rows) }

  /// The commands whose next word belongs to the row's name.
  static var withKinds: [String] {
    Command.all.filter { !$0.kinds.isEmpty }.map(\.name) + [Command.help.name]
  }

  private static func rows(_ command: Command) -> [CompletedCommand] {
    var operand = command.operands.first.map { ($0, command.operandCompletion) }
    guard !command.kinds.isEmpty else {
      return [CompletedCommand(name: command.name, options: command.options, operand: operand)]
    }
    operand?.1 = .words(command.kinds.map(\.kindName))
    return [CompletedCommand(name: command.name, operand: operand, kinds: command.kinds)]
      + command.kinds.map { CompletedCommand(name: $0.name, options: $0.options) }
      + [
        CompletedCommand(
          name: "\(Command.help.name) \(command.name)", operand: operand, kinds: command.kinds)
      ]
  }
}
