/// What only a program that stays needs of the world outside.
struct SidecarWorld: Sendable {
  /// Takes over SIGTERM, SIGINT and SIGUSR1; the first two end the process with this exit code, or
  /// with the shell's codes for them if it is nil.
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
    let watch = SignalWatch()
    return SidecarWorld(
      takeSignals: { watch.start(exitCode: $0) },
      wait: { watch.wait(seconds: $0) },
      uninterrupted: { body throws(WriteFault) in try watch.uninterrupted(body) },
      testWriting: { path throws(WriteFault) in
        try AtomicFile.testWriting(path)
        AtomicFile.sweep(besides: path)
      },
      removeFile: { path throws(WriteFault) in try AtomicFile.remove(path) })
  }
}
