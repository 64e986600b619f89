/// The result of a program that was run.
public struct ProcessResult: Sendable {
  /// How a program ended.
  public enum Ending: Sendable, Equatable {
    /// With an exit code.
    case exit(Int32)
    /// By a signal.
    case signal(Int32)
  }

  /// How it ended.
  public var ending: Ending
  /// What it wrote to stdout.
  public var stdout: [UInt8]
  /// What it wrote to stderr.
  public var stderr: [UInt8]
  /// Whether it was killed after its timeout.
  public var isTimedOut: Bool
  /// Whether another process still held its stdout or stderr open half a second after its end.
  public var leftOutputOpen: Bool
  /// Seconds from start to end.
  public var duration: Double
  /// When it ended, measured on a separate thread, because tasks may have to wait for each other.
  public var end: ContinuousClock.Instant

  /// The exit code, or 128 plus the signal's number.
  public var code: Int32 {
    switch ending {
    case .exit(let code): code
    case .signal(let number): 128 + number
    }
  }

  /// Replaces the result with a failure, with the reason on stderr.
  mutating func fail(_ reason: String) {
    ending = .exit(199)
    stderr = Array("\(reason)\n".utf8) + stderr
  }

  /// stdout as text.
  public var output: String { String(decoding: stdout, as: UTF8.self) }

  /// stderr as text.
  public var errors: String { String(decoding: stderr, as: UTF8.self) }
}
