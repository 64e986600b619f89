import Platform
import TokenExchange

extension DoctorReport {
  /// The verdict, the steps, and the verdict again; if complete, with the facts of every step.
  func text(isComplete: Bool, width: Int?, isColored: Bool) -> String {
    let wrap = TextWrapping(width: width)
    let verdict = wrap.lines(verdict)
    var lines = verdict
    for (index, step) in steps.enumerated() {
      let start = "\(index + 1). \(step.name.rawValue): "
      lines += wrap.lines(step.line, prefix: start, step.status, indent: 3, isColored: isColored)
      for (place, finding) in step.findings.enumerated() {
        if place > 0 {
          lines += wrap.lines(
            finding.diagnosis.message.text, prefix: "   also: ", finding.status, indent: 5,
            isColored: isColored)
        }
        lines += wrap.items(finding.diagnosis.hint.text, prefix: "   do: ")
      }
      guard isComplete || !step.findings.isEmpty else { continue }
      lines += wrap.facts(step.facts, indent: 6)
    }
    return (lines + verdict).joined(separator: "\n") + "\n"
  }
}

extension TextWrapping {
  /// A step's or a finding's line with its status.
  func lines(
    _ text: String, prefix: String, _ status: DoctorStep.Status, indent: Int, isColored: Bool
  ) -> [String] {
    let label = status.label
    var lines = lines(text, prefix: "\(prefix)\(label): ", indent: indent)
    if isColored {
      lines[0] =
        "\(prefix)\u{1B}[\(status.color)m\(label)\u{1B}[0m"
        + lines[0].dropFirst(prefix.count + label.count)
    }
    return lines
  }
}

extension DoctorStep.Status {
  fileprivate var label: String {
    switch self {
    case .ok, .skipped: rawValue
    case .warning, .failed: rawValue.uppercased()
    }
  }

  /// The parameter of SGR (ECMA-48).
  fileprivate var color: Int {
    switch self {
    case .ok: 32
    case .skipped: 2
    case .warning: 33
    case .failed: 31
    }
  }
}
