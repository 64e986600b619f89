import TokenExchange

/// One link of the chain, as it was found.
struct DoctorStep: Sendable {
  /// How it is; the later case is the worse one.
  enum Status: String, Comparable {
    case ok, skipped, warning, failed

    static func < (left: Status, right: Status) -> Bool { left.rank < right.rank }

    private var rank: Int {
      switch self {
      case .ok: 0
      case .skipped: 1
      case .warning: 2
      case .failed: 3
      }
    }
  }

  /// Something to mend.
  struct Finding: Sendable {
    var status: Status
    /// What was seen, and what to do.
    var problem: Problem
  }

  var name: String
  /// What to say when nothing is wrong, or why nothing was done.
  var summary = ""
  var facts: [Fact] = []
  var findings: [Finding] = []
  var isSkipped = false

  init(_ name: String) { self.name = name }

  /// A step for which something is lacking.
  static func skipped(_ name: String, _ why: String) -> DoctorStep {
    var step = DoctorStep(name)
    step.summary = why
    step.isSkipped = true
    return step
  }

  /// The worst of it.
  var status: Status { findings.map(\.status).max() ?? (isSkipped ? .skipped : .ok) }

  /// The findings, the worst first.
  var ranked: [Finding] {
    findings.filter { $0.status == .failed } + findings.filter { $0.status != .failed }
  }

  /// The one line that matters.
  var line: String { ranked.first?.problem.sentence ?? summary }

  mutating func note(_ name: String, _ value: String) { facts.append(Fact(name, value)) }

  mutating func fail(_ problem: Problem) {
    findings.append(Finding(status: .failed, problem: problem))
  }

  mutating func warn(_ sentence: String, hint: String) {
    findings.append(Finding(status: .warning, problem: Problem(.usage, sentence, hint: hint)))
  }
}
