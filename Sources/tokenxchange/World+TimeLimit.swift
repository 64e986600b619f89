import Encoding
import Platform
import TokenExchange

/// Enforces `--timeout` with a timer of the kernel, even if the run hangs.
extension World {
  /// Seconds added to `--timeout`: the message of a run that ends by itself is better.
  private static let grace = 1.0

  /// Limits a run to its `--timeout`, if it has one; if that is invalid, the command reports it.
  func limitTime(of arguments: ParsedArguments) {
    let options = arguments.command.options
    guard let option = options.first(sameAs: .timeout),
      let text = arguments.text(of: option) ?? option.fallback?.text,
      let timeout = GoDuration.seconds(text), timeout > 0
    else { return }
    // The sidecar and the doctor set the limit again for each exchange and step.
    if arguments.command.name == "sidecar", !arguments[.once] {
      limitExchange(timeout)
    } else {
      limitTime(timeout)
    }
  }

  /// Ends the run shortly after the timeout, unless it ends by itself.
  func limitTime(_ timeout: Double) {
    let text = Diagnosis(hungFor: timeout).lines.joined(by: "\n") + "\n"
    process.limitTime(timeout + Self.grace, text, false)
  }

  /// Restarts the sidecar shortly after the timeout, if an exchange hangs.
  func limitExchange(_ timeout: Double) {
    let text = "the exchange hung for more than \(DurationText.exact(timeout)) (--timeout)"
    process.limitTime(timeout + Self.grace, "tokenxchange: \(text); starting again\n", true)
  }
}

extension Diagnosis {
  fileprivate init(hungFor timeout: Double) {
    self.init(
      "the run hung for more than \(timeout: timeout) (--timeout) and was stopped",
      hint: """
        run it with --verbose to see the last step; a file system or a standard input that hangs, \
        or a limit on threads or CPU time, may be the cause
        """,
      exitCode: .network)
  }
}
