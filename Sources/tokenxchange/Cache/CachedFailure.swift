import Encoding
import TokenExchange

/// The diagnosis of a failed request; processes that waited for the result do not repeat it.
struct CachedFailure: CacheRecord {
  var message: String
  var hint: String
  var exitCode: ExitCode
  /// When it was stored.
  var written: ClockReading
  /// Whether a process with a terminal could succeed.
  var requiresTerminal = false

  static let file = CacheFile.failure
  /// The age in seconds up to which it is shared.
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

  /// Whether it is recent, and newer than the start of a process (on the boot clock) that waited.
  func isShared(
    at now: ClockReading, processStart: Double, maxAge: Double = maxAge
  ) -> Bool {
    guard let age = now.since(written) else { return false }
    return age <= maxAge && written.bootTime >= processStart
  }
}
