import Encoding
import TokenExchange

/// Hears what is done, for `--verbose`; never gets a secret.
struct VerboseLog: Sendable {
  private let write: (@Sendable (String) -> Void)?

  /// Passes each line on.
  init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

  private init() { write = nil }

  /// Says nothing.
  static let silent = VerboseLog()

  /// Logs a line, without control characters, which names of files and links may hold; it is not even made if nobody listens: describing a token takes a tenth of a
  /// short run.
  func callAsFunction(_ text: @autoclosure () -> String) {
    write?(text().sanitized(maxLength: 4000))
  }
}
