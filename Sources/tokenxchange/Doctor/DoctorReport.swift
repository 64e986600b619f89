import FoundationEssentials
import TokenExchange

/// All that the doctor found.
struct DoctorReport: Sendable {
  var time: Date
  var steps: [DoctorStep]

  /// The first link that is broken; if none is, the first that looks mistaken.
  var first: (number: Int, step: DoctorStep)? {
    let numbered = steps.enumerated().map { (number: $0.offset + 1, step: $0.element) }
    return numbered.first { $0.step.status == .failed }
      ?? numbered.first { $0.step.status == .warning }
  }

  /// What to exit with: the code of the first failure.
  var exitCode: ExitCode {
    let failure = steps.first { $0.status == .failed }?.ranked.first
    return failure.map(\.problem.category) ?? .done
  }

  /// The report as JSON, for tickets.
  var json: String {
    let document: JSON = .object([
      "version": .string(Version.number), "time": .string(Timestamp.text(time)),
      "exitCode": .integer(Int64(exitCode.rawValue)),
      "verdict": .string(verdict),
      "steps": .array(steps.enumerated().map { Self.json($0.element, number: $0.offset + 1) }),
    ])
    return document.text(indented: true) + "\n"
  }

  /// The whole in one line.
  var verdict: String {
    guard let first else {
      let skipped = steps.filter { $0.status == .skipped }.map(\.name)
      return "nothing is wrong"
        + (skipped.isEmpty ? "" : "; not looked at: \(skipped.joined(separator: ", "))")
    }
    let verb = first.step.status == .failed ? "is broken" : "looks mistaken"
    let warned = steps.prefix(first.number - 1).enumerated().filter {
      $0.element.status == .warning
    }
    let before = warned.map { String($0.offset + 1) }.joined(separator: ", ")
    return "step \(first.number), \(first.step.name), \(verb): \(first.step.line)"
      + (warned.isEmpty ? "" : " (look first at what step \(before) warns of)")
  }

  private static func json(_ step: DoctorStep, number: Int) -> JSON {
    .object([
      "number": .integer(Int64(number)), "name": .string(step.name),
      "status": .string(step.status.rawValue), "line": .string(step.line),
      "facts": .object(step.facts.members),
      "findings": .array(
        step.ranked.map { finding in
          .object([
            "status": .string(finding.status.rawValue),
            "sentence": .string(finding.problem.sentence), "hint": .string(finding.problem.hint),
          ])
        }),
    ])
  }
}
