import Platform
import TokenExchange

/// The result of one step of the doctor.
struct DoctorStep: Equatable, Sendable {
  /// The steps in their order; the raw values are part of the output.
  enum Name: String, CaseIterable {
    /// Only for a kubeconfig, a cluster Secret or a command line.
    case source
    case settings
    case execInfo = "exec info"
    case subjectToken = "subject token"
    case connection, discovery, exchange
    case signIn = "sign-in"
    case result
    case username = "user name"
    case apiServer = "API server"
    case access
    case program
  }

  enum Status: String {
    case ok, skipped, warning, failed
  }

  var name: Name
  /// The result without findings, or why the step was skipped.
  var summary: DoctorSummary?
  var facts: [Fact] = []
  private(set) var findings: [DoctorFinding] = []

  init(_ name: Name) { self.name = name }

  static func skipped(_ name: Name, _ reason: DoctorSummary.SkipReason) -> DoctorStep {
    var step = DoctorStep(name)
    step.summary = .skipped(reason)
    return step
  }

  /// The status of the worst finding.
  var status: Status {
    // Failures come first.
    if let worst = findings.first?.status { return worst }
    if case .skipped = summary { return .skipped }
    return .ok
  }

  mutating func note(_ name: String, _ value: String) { facts.append(Fact(name, value)) }

  /// Adds a finding; failures stay before warnings.
  mutating func add(_ finding: DoctorFinding) {
    let warning = finding.status == .failed ? findings.firstIndex { $0.status == .warning } : nil
    findings.insert(finding, at: warning ?? findings.endIndex)
  }
}
