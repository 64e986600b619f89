import CPlatform
import Platform

/// What only a process that keeps running needs.
struct SidecarProcess: Sendable {
  /// Lets SIGTERM, SIGINT, SIGHUP and SIGQUIT end the process with this exit code, after a line on
  /// stderr; nil leaves the shell's codes.
  var takeSignals: @Sendable (_ exitCode: Int32?) -> Void
  /// Waits at most so many seconds, or until SIGUSR1; returns whether it was SIGUSR1.
  var wait: @Sendable (Double) -> Bool
  /// Does something on the disk that a signal to end must not interrupt.
  var uninterrupted: @Sendable (() throws(FileWriteError) -> Void) throws(FileWriteError) -> Void
  /// Writes a log line without ever waiting for its reader.
  var log: @Sendable (String) -> Void
}

extension SidecarProcess {
  /// The real process.
  static var live: SidecarProcess {
    let log = LossyLog(patience: 0)
    return SidecarProcess(
      takeSignals: { exitCode in
        tx_reap_orphans()
        tx_end_on_signals(exitCode ?? -1, exitCode == nil ? 0 : 1)
      },
      wait: { tx_wait_for_sigusr1($0) != 0 },
      uninterrupted: { body throws(FileWriteError) in
        tx_begin_writing()
        defer { tx_end_writing() }
        try body()
      },
      log: { log.write($0) })
  }
}
