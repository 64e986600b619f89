import TokenExchange

/// An error whose message is written where it occurs.
struct UnclassifiedError: Equatable, Sendable {
  var exitCode: ExitCode
  var message: String
  var hint: String
}

/// The name of ``CommandError`` in areas that are not converted yet.
typealias Problem = CommandError

extension CommandError {
  typealias Category = ExitCode

  init(_ exitCode: ExitCode, _ message: String, hint: String) {
    self = .unclassified(UnclassifiedError(exitCode: exitCode, message: message, hint: hint))
  }

  init(_ error: UsageError) { self = .usage(error) }

  init(_ error: CommandError) { self = error }

  var category: ExitCode { Diagnosis(self).exitCode }

  var sentence: String { Diagnosis(self).message.text }

  /// The hint; setting it makes the error an unclassified one.
  var hint: String {
    get { Diagnosis(self).hint.text }
    set {
      let diagnosis = Diagnosis(self)
      self = CommandError(diagnosis.exitCode, diagnosis.message.text, hint: newValue)
    }
  }

  static func transport(
    _ error: TransportError, to url: EndpointURL, seconds: Double
  ) -> CommandError { .transport(error, url, timeout: seconds) }

  func redacted(by redaction: Redaction) -> CommandError {
    let diagnosis = Diagnosis(self)
    return CommandError(
      diagnosis.exitCode, redaction(diagnosis.message.text), hint: redaction(diagnosis.hint.text))
  }
}
