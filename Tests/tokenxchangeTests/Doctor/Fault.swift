import TestSupport

@testable import tokenxchange

/// A fault, how to cause it, and the finding that the doctor must report for it.
struct Fault: Sendable, CustomStringConvertible {
  var description: String
  /// Whether Dex must use TLS, which requires nginx.
  var needsTLS = false
  /// Causes the fault.
  var cause: @Sendable (FaultFixture) throws -> Void
  /// The step that must report the fault; every step before it must be ok.
  var step: DoctorStep.Name
  var status: DoctorStep.Status
  /// The identifier of the finding.
  var identifier: String
  /// Text that the step's line must contain.
  var line: String
  /// Texts that the hint must contain in this order, with the most likely cause first.
  var hints: [String] = []
  var code: ExitCode
  /// Whether a client detects the fault before it runs the plugin.
  var isOfOptionsOnly = false

  /// Whether the fault can occur with a source of options.
  func fits(_ source: DoctorPlan.Source) -> Bool { source == .options || !isOfOptionsOnly }

  /// Whether the fault has the same finding for a sign-in.
  var fitsLogin: Bool {
    switch step {
    case .settings, .connection: !isOfOptionsOnly
    case .discovery: !["token-endpoint-mismatch", "exchange-not-offered"].contains(identifier)
    case .apiServer:
      ["api-server-maps-sub", "not-an-api-server", "api-server-connection"].contains(identifier)
    default: false
    }
  }

  /// The same fault, restricted to options as the source.
  var ofOptionsOnly: Fault {
    var fault = self
    fault.isOfOptionsOnly = true
    return fault
  }

  static func failed(
    _ name: String, needsTLS: Bool = false, _ step: DoctorStep.Name, _ identifier: String,
    _ line: String, hints: [String] = [], code: ExitCode,
    _ cause: @escaping @Sendable (FaultFixture) throws -> Void
  ) -> Fault {
    Fault(
      description: name, needsTLS: needsTLS, cause: cause, step: step, status: .failed,
      identifier: identifier, line: line, hints: hints, code: code)
  }

  static func warned(
    _ name: String, _ step: DoctorStep.Name, _ identifier: String, _ line: String,
    hints: [String] = [], code: ExitCode = .done,
    _ cause: @escaping @Sendable (FaultFixture) throws -> Void
  ) -> Fault {
    Fault(
      description: name, cause: cause, step: step, status: .warning, identifier: identifier,
      line: line, hints: hints, code: code)
  }
}
