import CPlatform

/// What only a program that stays needs of the world outside.
struct SidecarWorld: Sendable {
  /// Lets SIGTERM, SIGINT, SIGHUP and SIGQUIT end the process with this exit code, after a line on
  /// stderr; nil leaves the shell's codes.
  var takeSignals: @Sendable (_ exitCode: Int32?) -> Void
  /// Waits so many seconds at most, or until SIGUSR1; whether it was SIGUSR1.
  var wait: @Sendable (Double) -> Bool
  /// Does something on the disk that a signal to end must not cut in half.
  var uninterrupted: @Sendable (() throws(WriteFault) -> Void) throws(WriteFault) -> Void
  /// Finds out whether a file could be written, and sweeps what a killed run left beside it.
  var testWriting: @Sendable (String) throws(WriteFault) -> Void
  /// Removes a file, if it is there.
  var removeFile: @Sendable (String) throws(WriteFault) -> Void
}

extension SidecarWorld {
  /// The real world.
  static var live: SidecarWorld {
    SidecarWorld(
      takeSignals: { exitCode in
        tx_reap_orphans()
        tx_end_on_signals(exitCode ?? -1, exitCode == nil ? 0 : 1)
      },
      wait: { tx_wait_for_sigusr1($0) != 0 },
      uninterrupted: { body throws(WriteFault) in
        tx_begin_writing()
        defer { tx_end_writing() }
        try body()
      },
      testWriting: { path throws(WriteFault) in
        try AtomicFile.testWriting(path)
        AtomicFile.sweep(besides: path)
      },
      removeFile: { path throws(WriteFault) in try AtomicFile.remove(path) })
  }
}
