import CPlatform
import Glibc

/// The way to the person in front of the machine.
struct Terminal: Sendable {
  /// What this program was called as.
  var program = "tokenxchange"
  /// This process, for those who wait for its sign-in.
  var processID = getpid()
  /// Whether standard error is a terminal: only there can a person be asked.
  var isInteractive: @Sendable () -> Bool
  /// Whether standard output is a terminal: a token has no business on a screen.
  var seesOutput: @Sendable () -> Bool
  /// Starts a program with one argument and these variables, apart from this one; false if it cannot.
  var start: @Sendable (_ program: String, _ argument: String, _ variables: [String]) -> Bool
}

extension Terminal {
  /// The real one.
  static let live = Terminal(
    isInteractive: { isatty(STDERR_FILENO) == 1 },
    seesOutput: { isatty(STDOUT_FILENO) == 1 },
    start: { program, argument, variables in
      var lines: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
      defer { for line in lines { free(line) } }
      return tx_start_apart(program, argument, &lines) == 0
    })
}
