import Glibc

/// The standard streams, which may be a user's terminal.
package struct Terminal: Sendable {
  /// Whether the standard stream with this descriptor is a terminal.
  package var isTerminal: @Sendable (Int32) -> Bool
  /// Reads standard input to its end, with a limit in bytes.
  package var readInput: @Sendable (Int) throws(FileReadError) -> [UInt8]
  /// Writes to standard output, unbuffered.
  package var writeOutput: @Sendable (String) throws(SystemError) -> Void
  /// Writes one line to standard error.
  package var writeError: @Sendable (String) -> Void
  /// Writes one line to standard error, or drops it; never waits for the reader.
  package var writeLog: @Sendable (String) -> Void
  /// The columns of standard output; nil if it is not a terminal.
  package var width: @Sendable () -> Int?

  /// Whether standard error is a terminal, so that a user can be prompted.
  package var isInteractive: Bool { isTerminal(STDERR_FILENO) }

  /// Whether standard input is a terminal, from which no token is read.
  package var isInputTerminal: Bool { isTerminal(STDIN_FILENO) }

  /// Whether standard output is a terminal, where a token should not be printed.
  package var isOutputTerminal: Bool { isTerminal(STDOUT_FILENO) }
}

extension Terminal {
  /// The streams of this process.
  package static var live: Terminal {
    let errors = LossyLog(timeout: 2)
    let log = LossyLog(timeout: 0)
    return Terminal(
      isTerminal: { isatty($0) == 1 },
      readInput: { limit throws(FileReadError) in
        try FileReader.drain(STDIN_FILENO, limit: limit)
      },
      writeOutput: { text throws(SystemError) in
        try writeAll(Array(text.utf8)[...], to: STDOUT_FILENO)
      },
      writeError: errors.write, writeLog: log.write,
      width: {
        var size = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? Int(size.ws_col) : nil
      })
  }
}
