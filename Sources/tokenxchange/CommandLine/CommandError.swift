import TokenExchange

/// Why a command failed.
enum CommandError: Error, Equatable {
  /// The command line or a variable is wrong.
  case usage(UsageError)
  /// What has no type of its own yet.
  case problem(Problem)
}

extension Problem {
  /// A command's error, for code that throws `Problem`.
  init(_ error: CommandError) {
    switch error {
    case .usage(let error): self.init(error)
    case .problem(let problem): self = problem
    }
  }

  /// A usage error, for code that throws `Problem`.
  init(_ error: UsageError) {
    let diagnosis = Diagnosis(error)
    self.init(.usage, diagnosis.message.text, hint: diagnosis.hint.text)
  }
}
