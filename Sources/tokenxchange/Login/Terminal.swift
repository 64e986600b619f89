import CPlatform
import Glibc

/// The terminal and the user in front of it.
struct Terminal: Sendable {
  /// The path that this program was started with.
  var program = "tokenxchange"
  /// This process's ID, shown to processes that wait for its sign-in.
  var processID = getpid()
  /// Whether standard error is a terminal, which a sign-in requires.
  var isInteractive: @Sendable () -> Bool
  /// Whether standard output is a terminal, where no token is printed.
  var isOutputTerminal: @Sendable () -> Bool
  /// Starts a detached program with one argument and these variables; false if that fails.
  var start: @Sendable (_ program: String, _ argument: String, _ variables: [String]) -> Bool
}

extension Terminal {
  static let live = Terminal(
    isInteractive: { isatty(STDERR_FILENO) == 1 },
    isOutputTerminal: { isatty(STDOUT_FILENO) == 1 },
    start: { program, argument, variables in
      var lines: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
      defer { for line in lines { free(line) } }
      return tx_start_apart(program, argument, &lines) == 0
    })
}
