import TokenExchange

/// The failures in a row, and which of them are worth a line.
struct FailureLog: Sendable, Equatable {
  /// What to say of a failure.
  enum LogDecision: Equatable {
    /// It is new.
    case first
    /// It has come so many times since the last line, and failures have lasted so many seconds.
    case summary(tries: Int, seconds: Double)
    /// It has been told.
    case nothing
  }

  /// How many there were.
  private(set) var count = 0
  /// The uptime of the first.
  private(set) var start = 0.0
  /// The last.
  private(set) var last: CommandError?
  private var told: [FailureKind] = []
  private var lastTold = 0.0
  private var untold = 0

  /// Seconds between two lines about the same failure.
  static let silence = 300.0
  /// How many different failures of a row get a line of their own.
  static let mostKinds = 10

  /// Counts a failure.
  mutating func note(_ error: CommandError, uptime: Double) -> LogDecision {
    if count == 0 { start = uptime }
    count += 1
    last = error
    untold += 1
    // A server with a new error code in every response must not fill the log.
    let kind = FailureKind(error)
    let isNew = told.count < Self.mostKinds && !told.contains(kind)
    if isNew { told.append(kind) }
    guard isNew || uptime - lastTold >= Self.silence else { return .nothing }
    defer {
      lastTold = uptime
      untold = 0
    }
    return isNew ? .first : .summary(tries: untold, seconds: uptime - start)
  }

  /// Ends the row.
  mutating func clear() { self = FailureLog() }
}
