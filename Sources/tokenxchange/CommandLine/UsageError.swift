/// What can be wrong with a command line and its variables.
///
/// The user's words are nil if they may be a secret.
enum UsageError: Error, Equatable {
  case unknownCommand(String?, nearest: String?)
  case unknownSubcommand(String?, of: String, nearest: String?, known: [String])
  case unknownOption(String?, command: String, advice: OptionAdvice?)
  /// A word that belongs to no option; `after` is the option directly before it.
  case unexpectedArgument(String?, command: String, after: String?)
  case commandAfterOptions(String, command: String)
  /// `true` or `false` after a flag.
  case flagWithSeparateValue(String, command: String, flag: String?)
  case missingArguments([String], command: String)
  /// A positional argument and the option that sets the same thing.
  case argumentAndOption(argument: String, option: String)
  case tokenInsteadOfFile(source: String, command: String)
  case contentInsteadOfFile(source: String)
  case unexpectedValue(option: String)
  case missingValue(option: String, placeholder: String, next: String?)
  case emptyValue(option: String, placeholder: String)
  /// Required options, each with its alternatives.
  case missingOptions(
    [[String]], remedy: Remedy, emptyVariables: [String], misspelled: UnknownVariable? = nil)
  /// `maximum` is the longest valid duration in seconds.
  case invalidDuration(
    String, source: String, allowsZero: Bool, maximum: Double = GoDuration.longest)
  case invalidChoice(String?, source: String, choices: [String])
  case invalidIdentifier(source: String)

  enum Remedy: Equatable {
    case example(String)
    /// The options with their placeholders, if the command's example has none of them.
    case add([String])
  }
}

enum OptionAdvice: Equatable {
  case nearest(String)
  /// The option's name here, for one of kubelogin's.
  case kubelogin(String)
  /// Another command has it.
  case belongsTo(String)
  case versionCommand
}
