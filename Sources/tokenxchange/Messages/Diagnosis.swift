import TokenExchange

/// What a user reads about a failure, and the exit code.
struct Diagnosis: Equatable, Sendable {
  /// What failed: a lower-case clause without a full stop.
  var message: Message
  /// What to check or do next, on one line.
  var hint: Message
  var exitCode: ExitCode

  init(_ message: Message, hint: Message, exitCode: ExitCode) {
    self.message = message
    self.hint = hint
    self.exitCode = exitCode
  }

  /// The message of a command's error.
  init(_ error: CommandError) {
    switch error {
    case .usage(let error): self.init(error)
    case .login(let error): self.init(error)
    case .cache(let error): self.init(error)
    case .failedElsewhere(let failure): self.init(failure)
    case .problem(let problem):
      self.init(
        Message(stringLiteral: problem.sentence), hint: Message(stringLiteral: problem.hint),
        exitCode: ExitCode(problem.category))
    }
  }
}

extension World {
  /// Reports a failure in two lines.
  func report(_ diagnosis: Diagnosis) {
    writeError("tokenxchange: " + diagnosis.message.text)
    writeError("hint: " + diagnosis.hint.text)
  }
}
