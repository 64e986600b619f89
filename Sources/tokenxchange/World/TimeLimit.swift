import CPlatform
import TokenExchange

/// Ends a process that hangs, wherever it hangs, so that `--timeout` holds in any case.
struct TimeLimit: Sendable {
  /// Sets the limit, in place of an earlier one.
  ///
  /// The text goes to stderr; then the process ends with exit code 4, or starts again.
  var set: @Sendable (_ seconds: Double, _ text: String, _ restarts: Bool) -> Void
  /// Removes the limit.
  var lift: @Sendable () -> Void

  /// Seconds after `--timeout`: what ends in time reports better what went wrong.
  static let grace = 1.0
}

extension TimeLimit {
  /// A timer of the kernel.
  static let live = TimeLimit(
    set: { tx_limit_time($0, $1, $2 ? 1 : 0) }, lift: { tx_lift_time_limit() })
}

extension World {
  /// Limits a run by its `--timeout`, if it has one.
  ///
  /// - Parameter arguments: The run. If its time-out cannot be read, the command reports that.
  func limitTime(of arguments: ParsedArguments) {
    let options = arguments.command.options
    guard let option = options.first(sameAs: .timeout),
      let text = arguments.text(of: option) ?? option.fallback?.text,
      let timeout = GoDuration.seconds(text), timeout > 0
    else { return }
    // The sidecar and the doctor set a limit again for each exchange and for each step.
    if arguments.command.name == "sidecar", !arguments[.once] {
      limitExchange(timeout)
    } else {
      limitTime(timeout)
    }
  }

  /// Ends the run a moment after a time-out, if nothing else does.
  func limitTime(_ timeout: Double) {
    let problem = Problem.hung(seconds: timeout)
    timeLimit.set(timeout + TimeLimit.grace, lines(problem), false)
  }

  /// Starts the sidecar again a moment after a time-out, if an exchange hangs.
  func limitExchange(_ timeout: Double) {
    let text = "the exchange hung for more than \(Message.seconds(timeout)) (--timeout)"
    timeLimit.set(timeout + TimeLimit.grace, "tokenxchange: \(text); starting again\n", true)
  }
}

extension Problem {
  /// The run was stopped from outside.
  static func hung(seconds: Double) -> Problem {
    Problem(
      .network, "the run hung for more than \(Message.seconds(seconds)) (--timeout) and was stopped",
      hint: "run it with --verbose to see the last step; a file system that hangs or a limit on "
        + "threads or CPU time may be the cause")
  }
}
