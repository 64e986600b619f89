import TokenExchange

/// Why a command failed.
enum CommandError: Error, Equatable {
  /// The command line or a variable is wrong.
  case usage(UsageError)
  /// A sign-in is required or was not completed.
  case login(LoginError)
  /// The cache cannot be removed.
  case cache(CacheError)
  /// Another process failed, and this one waited for its result.
  case failedElsewhere(CachedFailure)
  /// What has no type of its own yet.
  case problem(Problem)
}

extension Problem {
  /// A command's error, for code that throws `Problem`.
  init(_ error: CommandError) {
    switch error {
    case .usage(let error): self.init(error)
    case .problem(let problem): self = problem
    case .login, .cache, .failedElsewhere: self.init(Diagnosis(error))
    }
  }

  private init(_ diagnosis: Diagnosis) {
    let category: Category =
      switch diagnosis.exitCode {
      case .done, .unexpected: .unexpected
      case .usage: .usage
      case .subjectToken: .subjectToken
      case .network: .network
      case .refused: .refused
      case .answer: .answer
      case .signIn: .signIn
      }
    self.init(category, diagnosis.message.text, hint: diagnosis.hint.text)
  }

  /// A usage error, for code that throws `Problem`.
  init(_ error: UsageError) {
    let diagnosis = Diagnosis(error)
    self.init(.usage, diagnosis.message.text, hint: diagnosis.hint.text)
  }
}
