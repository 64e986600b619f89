import TestSupport

@testable import tokenxchange

/// One thing that is wrong, how to bring it about, and what the doctor must say of it.
struct Fault: Sendable, CustomStringConvertible {
  var description: String
  /// Whether Dex must speak TLS, which needs nginx.
  var needsTLS = false
  /// Brings it about.
  var bring: @Sendable (FaultBench) throws -> Void
  /// The step that must name it, before which every step must be well.
  var step: String
  var status: DoctorStep.Status
  /// What the step's line must hold.
  var line: String
  /// What the hint must hold, in this order: where faults look alike, the likeliest comes first.
  var hints: [String] = []
  var code: ExitCode

  static func failed(
    _ name: String, needsTLS: Bool = false, _ step: String, _ line: String, hints: [String] = [],
    code: ExitCode, _ bring: @escaping @Sendable (FaultBench) throws -> Void
  ) -> Fault {
    Fault(
      description: name, needsTLS: needsTLS, bring: bring, step: step, status: .failed, line: line,
      hints: hints, code: code)
  }

  static func warned(
    _ name: String, _ step: String, _ line: String, hints: [String] = [], code: ExitCode = .done,
    _ bring: @escaping @Sendable (FaultBench) throws -> Void
  ) -> Fault {
    Fault(
      description: name, bring: bring, step: step, status: .warning, line: line, hints: hints,
      code: code)
  }
}
