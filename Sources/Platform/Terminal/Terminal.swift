import Glibc

/// The standard streams, which may be a user's terminal.
package struct Terminal: Sendable {
  /// Whether a standard stream, by its number, is a terminal.
  package var isTerminal: @Sendable (Int32) -> Bool
  /// All of standard input, of at most so many bytes.
  package var readInput: @Sendable (Int) throws(FileReadError) -> [UInt8]
  /// Writes to standard output, unbuffered.
  package var writeOutput: @Sendable (String) throws(OutputError) -> Void
  /// Writes one line to standard error.
  package var writeError: @Sendable (String) -> Void
  /// Writes one line to standard error, or drops it: never waits for the reader.
  package var writeLog: @Sendable (String) -> Void

  package init(
    isTerminal: @escaping @Sendable (Int32) -> Bool,
    readInput: @escaping @Sendable (Int) throws(FileReadError) -> [UInt8],
    writeOutput: @escaping @Sendable (String) throws(OutputError) -> Void,
    writeError: @escaping @Sendable (String) -> Void,
    writeLog: @escaping @Sendable (String) -> Void
  ) {
    self.isTerminal = isTerminal
    self.readInput = readInput
    self.writeOutput = writeOutput
    self.writeError = writeError
    self.writeLog = writeLog
  }

  /// Whether standard error is a terminal: only there can a user be asked.
  package var isInteractive: Bool { isTerminal(STDERR_FILENO) }

  /// Whether standard input is a terminal: nothing that must not be typed is read from there.
  package var isInputTerminal: Bool { isTerminal(STDIN_FILENO) }

  /// Whether standard output is a terminal: a token should not be shown on a screen.
  package var isOutputTerminal: Bool { isTerminal(STDOUT_FILENO) }
}

extension Terminal {
  /// The streams of this process.
  package static var live: Terminal {
    let errors = LossyLog(patience: 2)
    let log = LossyLog(patience: 0)
    return Terminal(
      isTerminal: { isatty($0) == 1 },
      readInput: { limit throws(FileReadError) in
        try FileReader.drain(STDIN_FILENO, limit: limit)
      },
      writeOutput: { text throws(OutputError) in
        try StandardStreams.write(text, to: STDOUT_FILENO)
      },
      writeError: { errors.write($0) }, writeLog: { log.write($0) })
  }
}
