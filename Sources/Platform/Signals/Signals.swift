import CPlatform

/// The signals of a long-running process.
package struct Signals: Sendable {
  /// Makes SIGTERM, SIGINT, SIGHUP and SIGQUIT end the process with this exit code after a line on
  /// stderr; nil means 128 plus the signal's number, without a line.
  package var endProcess: @Sendable (_ exitCode: Int32?) -> Void
  /// Waits for a number of seconds or until SIGUSR1; returns whether SIGUSR1 arrived.
  package var wait: @Sendable (Double) -> Bool
  /// Writes to the disk; signals that end the process are delayed.
  package var uninterrupted:
    @Sendable (() throws(FileWriteError) -> Void) throws(FileWriteError) -> Void
}

extension Signals {
  /// The signals of this process.
  package static let live = Signals(
    endProcess: { exitCode in
      tx_reap_orphans()
      tx_end_on_signals(exitCode ?? -1, exitCode == nil ? 0 : 1)
    },
    wait: { tx_wait_for_sigusr1($0) != 0 },
    uninterrupted: { body throws(FileWriteError) in
      tx_begin_writing()
      defer { tx_end_writing() }
      try body()
    })
}
