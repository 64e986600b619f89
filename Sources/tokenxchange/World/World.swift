import FoundationEssentials
import Platform
import TokenExchange

/// Everything outside the process, as one value, so that tests decide it.
struct World: Sendable {
  /// The environment, as the process was started with it.
  var variables: [String: String]
  /// The wall clock.
  var now: @Sendable () -> Date
  /// Seconds on a clock that only goes forward.
  var uptime: @Sendable () -> Double
  /// Waits, in seconds.
  var sleep: @Sendable (Double) -> Void
  /// A random number from 0 to 1.
  var random: @Sendable () -> Double
  /// Sends one request.
  var send: HTTPTransport
  /// Adds an observer of the steps before each connection.
  var observeNetwork: @Sendable (@escaping @Sendable (NetworkEvent) -> Void) -> Void
  /// Every file.
  var files: Files
  /// Writes to standard output, all or nothing as far as can be known.
  var writeOutput: @Sendable (String) throws(Problem) -> Void
  /// Writes one line to standard error.
  var writeError: @Sendable (String) -> Void
  /// The effective user.
  var userID: UInt32
  /// The clock of the cache.
  var bootClock: BootClock
  /// What a person's sign-in needs.
  var person: Terminal
  /// What only diagnosis looks at.
  var machine: Machine
  /// What only `sidecar` needs.
  var sidecar: SidecarProcess
  /// What ends a process that hangs.
  var timeLimit: TimeLimit
}

extension World {
  /// Tells of something that does not stop the run.
  func warn(_ text: String) { writeError("tokenxchange: warning: " + text) }

  /// Tells what failed, in two lines.
  func report(_ problem: Problem) {
    writeError("tokenxchange: " + problem.sentence)
    writeError("hint: " + problem.hint)
  }

  /// A failure as ``report(_:)`` writes it.
  func lines(_ problem: Problem) -> String {
    "tokenxchange: \(problem.sentence)\nhint: \(problem.hint)\n"
  }

  /// What hears of each step: standard error with `--verbose`, else nobody.
  func log(for arguments: ParsedArguments) -> VerboseLog {
    guard arguments[.verbose] else { return .silent }
    let start = uptime()
    return VerboseLog { text in
      writeError("tokenxchange: [\(Int((uptime() - start) * 1000)) ms] \(text)")
    }
  }

  /// The present on both clocks, for the cache.
  var clockReading: ClockReading { ClockReading(date: now(), bootTime: bootClock.now()) }
}
