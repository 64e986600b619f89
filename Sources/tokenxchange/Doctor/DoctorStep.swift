import Platform
import TokenExchange

/// One step of the doctor with its result.
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

  /// The statuses, from the best to the worst.
  enum Status: String, CaseIterable, Comparable {
    case ok, skipped, warning, failed

    static func < (left: Status, right: Status) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  var name: Name
  /// The result without findings, or why the step was skipped.
  var summary: DoctorSummary?
  var facts: [Fact] = []
  private(set) var findings: [DoctorFinding] = []

  init(_ name: Name) { self.name = name }

  /// A step that lacks a prerequisite.
  static func skipped(_ name: Name, _ reason: DoctorSummary.SkipReason) -> DoctorStep {
    var step = DoctorStep(name)
    step.summary = .skipped(reason)
    return step
  }

  /// The status of the worst finding.
  var status: Status {
    if let worst = findings.map(\.status).max() { return worst }
    if case .skipped = summary { return .skipped }
    return .ok
  }

  mutating func note(_ name: String, _ value: String) { facts.append(Fact(name, value)) }

  /// Adds a finding; failures stay before warnings.
  mutating func add(_ finding: DoctorFinding) {
    let index =
      finding.status == .failed
      ? findings.firstIndex { $0.status != .failed } ?? findings.endIndex : findings.endIndex
    findings.insert(finding, at: index)
  }
}
