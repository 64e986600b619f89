import TokenExchange

/// What a user reads about a failure, and the exit code.
struct Diagnosis: Equatable, Sendable {
  /// What failed: a lower-case clause without a full stop.
  var message: Message
  /// What to check or do next, on one line.
  var hint: Message
  var exitCode: ExitCode

  init(_ message: Message, hint: Message, exitCode: ExitCode = .usage) {
    self.message = message
    self.hint = hint
    self.exitCode = exitCode
  }

  /// The two lines that report the failure.
  var lines: [String] { ["tokenxchange: " + message.text, "hint: " + hint.text] }

  init(_ error: CommandError) {
    switch error {
    case .usage(let error): self.init(error)
    case .configuration(let error): self.init(error)
    case .clusterConfig(let error): self.init(error)
    case .subjectToken(let error, let file): self.init(error, file: file)
    case .tokenInput(let error): self.init(error)
    case .transport(let error, let url, let timeout):
      self.init(error, to: url, timeout: timeout)
    case .exchange(let error, let context): self.init(error, context)
    case .grant(let error, let request): self.init(error, request)
    case .login(let error): self.init(error)
    case .cache(let error, let source): self.init(error, source: source)
    case .failedElsewhere(let failure): self.init(failure)
    case .notWritten(let error, let source): self.init(error, source: source)
    case .output(let error): self.init(error)
    case .generate(let error): self.init(error)
    case .notInstalled(let error, let user): self.init(error, user: user)
    case .inspect(let error): self.init(error)
    case .check(let error): self.init(error)
    case .publish(let error, let token):
      self = Diagnosis(error).redacted(by: Redaction(token.map { [$0] } ?? []))
    case .kubeconfig(let error): self.init(error)
    case .sidecar(let error): self.init(error)
    case .argoCDSecret(let error, let file): self.init(error, file: file)
    }
  }

  /// The same without secrets, which an option may repeat.
  func redacted(by redact: Redaction) -> Diagnosis {
    Diagnosis(
      Message(stringLiteral: redact(message.text)), hint: Message(stringLiteral: redact(hint.text)),
      exitCode: exitCode)
  }
}

extension World {
  /// Reports a failure in two lines.
  func report(_ diagnosis: Diagnosis) {
    for line in diagnosis.lines { writeError(line) }
  }
}
