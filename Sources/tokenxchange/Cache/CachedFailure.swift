import Encoding
import TokenExchange

/// The diagnosis of a failed request, for the processes that waited for it, so that they do not
/// repeat the request.
struct CachedFailure: CacheRecord {
  var message: String
  var hint: String
  var exitCode: ExitCode
  /// When it was stored.
  var written: ClockReading
  /// Whether a process with a terminal could succeed.
  var requiresTerminal = false

  static let file = CacheFile.failure
  /// The age in seconds from which it is not shared.
  static let maxAge = 1.0
}

extension CachedFailure {
  init?(json: JSON?) {
    guard let message = json?["message"]?.string, let hint = json?["hint"]?.string,
      case .integer(let code)? = json?["exit_code"],
      let exitCode = Int32(exactly: code).flatMap(ExitCode.init), exitCode != .done,
      let written = ClockReading(json?["written"])
    else { return nil }
    self.init(
      message: message, hint: hint, exitCode: exitCode, written: written,
      requiresTerminal: json?["requires_terminal"] == .bool(true))
  }

  var json: JSON {
    .object([
      "message": .string(message), "hint": .string(hint),
      "exit_code": .integer(Int64(exitCode.rawValue)), "written": written.json,
      "requires_terminal": .bool(requiresTerminal),
    ])
  }

  /// Whether a process waited for this result.
  ///
  /// - Parameters:
  ///   - now: The current time.
  ///   - processStart: When the process started, on the boot clock.
  ///   - maxAge: The maximum age in seconds.
  /// - Returns: true if the failure is recent and newer than the start of the process.
  func isShared(
    at now: ClockReading, processStart: Double, maxAge: Double = maxAge
  ) -> Bool {
    guard let age = now.since(written) else { return false }
    return age <= maxAge && written.bootTime >= processStart
  }
}
