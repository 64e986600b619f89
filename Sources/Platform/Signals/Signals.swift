import CPlatform

/// The signals of a process that keeps running.
package struct Signals: Sendable {
  /// Lets SIGTERM, SIGINT, SIGHUP and SIGQUIT end the process with this exit code, after a line on
  /// stderr; nil keeps the shell's codes.
  package var endProcess: @Sendable (_ exitCode: Int32?) -> Void
  /// Waits at most so many seconds, or until SIGUSR1; returns whether it was SIGUSR1.
  package var wait: @Sendable (Double) -> Bool
  /// Writes to the disk without being interrupted by a signal that ends the process.
  package var uninterrupted:
    @Sendable (() throws(FileWriteError) -> Void) throws(FileWriteError) -> Void

  package init(
    endProcess: @escaping @Sendable (Int32?) -> Void,
    wait: @escaping @Sendable (Double) -> Bool,
    uninterrupted:
      @escaping @Sendable (() throws(FileWriteError) -> Void) throws(FileWriteError) -> Void
  ) {
    self.endProcess = endProcess
    self.wait = wait
    self.uninterrupted = uninterrupted
  }
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
