import Encoding
import FoundationEssentials
import Platform
import TokenExchange

/// The results of all steps, as the doctor prints them.
struct DoctorReport: Sendable {
  /// A step's result as text, without secrets.
  struct Step: Sendable {
    var name: DoctorStep.Name
    var status: DoctorStep.Status
    /// The first finding, or the summary.
    var line: String
    var facts: [Fact]
    /// Failures first.
    var findings: [Finding]
  }

  /// A finding with its texts.
  struct Finding: Sendable {
    var identifier: FindingIdentifier
    /// A warning has the exit code 0.
    var diagnosis: Diagnosis

    init(_ identifier: FindingIdentifier, _ diagnosis: Diagnosis) {
      self.identifier = identifier
      self.diagnosis = diagnosis
    }

    init(
      _ identifier: FindingIdentifier, _ message: Message, hint: Message,
      exitCode: ExitCode = .usage
    ) {
      self.init(identifier, Diagnosis(message, hint: hint, exitCode: exitCode))
    }

    init(_ identifier: FindingIdentifier, warning message: Message, hint: Message) {
      self.init(identifier, message, hint: hint, exitCode: .done)
    }

    var status: DoctorStep.Status { diagnosis.exitCode == .done ? .warning : .failed }
  }

  var time: Date
  var source = DoctorPlan.Source.options
  /// nil if the configuration runs no known plugin.
  var method: AuthenticationMethod? = .getToken
  var steps: [Step] = []

  /// The numbers of the steps with a status, counted from 1.
  func numbers(of status: DoctorStep.Status) -> [Int] {
    steps.indices.filter { steps[$0].status == status }.map { $0 + 1 }
  }

  /// The exit code of the first failure.
  var exitCode: ExitCode {
    steps.first { $0.status == .failed }?.findings.first?.diagnosis.exitCode ?? .done
  }

  var json: String {
    let document: JSON = .object([
      "version": .string(Version.number), "time": .string(Timestamp.text(time)),
      "source": .string(source.rawValue), "method": JSON(method?.rawValue),
      "exitCode": .integer(Int64(exitCode.rawValue)),
      "verdict": .string(verdict),
      "steps": .array(steps.enumerated().map { $0.element.json(number: $0.offset + 1) }),
    ])
    return document.text(indented: true) + "\n"
  }
}

extension DoctorReport.Step {
  /// Turns a step's result into text and removes secrets.
  init(_ step: DoctorStep, redact: Redaction) {
    name = step.name
    status = step.status
    facts = step.facts.map { Fact($0.name, redact($0.value)) }
    findings = step.findings.map { finding in
      let finding = DoctorReport.Finding(finding)
      return DoctorReport.Finding(finding.identifier, finding.diagnosis.redacted(by: redact))
    }
    line =
      findings.first?.diagnosis.message.text
      ?? redact(step.summary.map { Message($0).text } ?? "")
  }

  fileprivate func json(number: Int) -> JSON {
    .object([
      "number": .integer(Int64(number)), "name": .string(name.rawValue),
      "status": .string(status.rawValue), "line": .string(line),
      "facts": .object(facts.members),
      "findings": .array(findings.map(\.json)),
    ])
  }
}

extension DoctorReport.Finding {
  fileprivate var json: JSON {
    .object([
      "id": .string(identifier.rawValue), "status": .string(status.rawValue),
      "message": .string(diagnosis.message.text), "hint": .string(diagnosis.hint.text),
    ])
  }
}
