import Encoding
import TokenExchange

/// The log of `--verbose`; never receives a secret.
struct VerboseLog: Sendable {
  private let write: (@Sendable (String) -> Void)?

  init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

  private init() { write = nil }

  static let silent = VerboseLog()

  /// Logs a line without its control characters, which names of files may contain.
  ///
  /// The text is evaluated only if it is logged: describing a token takes a tenth of a short run.
  func callAsFunction(_ text: @autoclosure () -> String) {
    write?(text().sanitized(maxLength: 4000))
  }
}
