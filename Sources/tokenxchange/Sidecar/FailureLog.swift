import TokenExchange

/// The consecutive failures of the sidecar, and which of them are logged.
struct FailureLog: Sendable, Equatable {
  enum LogDecision: Equatable {
    /// The failure is new.
    case first
    /// The failure was logged before: the attempts since the last line, and the seconds since the
    /// first failure.
    case summary(attempts: Int, seconds: Double)
    /// A line about it was logged recently.
    case nothing
  }

  /// The number of failures since the last success.
  private(set) var count = 0
  /// The uptime of the first of them.
  private(set) var start = 0.0
  private(set) var last: CommandError?
  private var logged: [FailureKind] = []
  private var lastLogged = 0.0
  private var unlogged = 0

  /// Seconds between two lines about the same failure.
  static let interval = 300.0
  /// How many different failures get a line of their own: a server with a new error code in every
  /// response must not fill the log.
  static let maxKinds = 10

  /// Counts a failure; that of an attempt which a user requested is always logged.
  mutating func note(
    _ error: CommandError, uptime: Double, isRequested: Bool = false
  ) -> LogDecision {
    if count == 0 { start = uptime }
    count += 1
    last = error
    unlogged += 1
    let kind = FailureKind(error)
    let isNew = logged.count < Self.maxKinds && !logged.contains(kind)
    if isNew { logged.append(kind) }
    guard isNew || isRequested || uptime - lastLogged >= Self.interval else { return .nothing }
    defer {
      lastLogged = uptime
      unlogged = 0
    }
    return isNew ? .first : .summary(attempts: unlogged, seconds: uptime - start)
  }

  mutating func clear() { self = FailureLog() }
}
