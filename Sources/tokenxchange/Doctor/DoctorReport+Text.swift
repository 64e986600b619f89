import Platform
import TokenExchange

extension DoctorReport {
  /// All steps, and the verdict as the last line.
  ///
  /// - Parameter isColored: Whether standard output is a terminal that shows colors.
  /// - Returns: Lines, each with its newline.
  func text(isColored: Bool) -> String {
    var lines: [String] = []
    for (index, step) in steps.enumerated() {
      let status = step.status.label(isColored: isColored)
      lines.append("\(index + 1). \(step.name.rawValue): \(status): \(step.line)")
      for (place, finding) in step.findings.enumerated() {
        if place > 0 {
          let status = finding.status.label(isColored: isColored)
          lines.append("   also: \(status): \(finding.message)")
        }
        lines += Self.wrapped(finding.hint, prefix: "   do: ")
      }
      lines += Fact.lines(step.facts, indent: 6)
    }
    lines.append(verdict)
    return lines.joined(separator: "\n") + "\n"
  }

  /// Breaks a hint into lines of at most 100 columns.
  private static func wrapped(_ text: String, prefix: String) -> [String] {
    let margin = String(repeating: " ", count: prefix.count)
    var lines: [String] = []
    var line = prefix
    for word in text.split(separator: " ") {
      let isFull = line.count + word.count > 100 && line.count > prefix.count
      // Each of several causes, such as "(1) …", begins a line.
      let isItem = word.count == 3 && word.first == "(" && word.last == ")"
      if isFull || isItem && line.count > prefix.count {
        lines.append(String(line.dropLast()))
        line = margin
      }
      line += word + " "
    }
    return lines + [String(line.dropLast())]
  }
}

extension DoctorStep.Status {
  fileprivate func label(isColored: Bool) -> String {
    let (label, color) =
      switch self {
      case .ok: ("ok", 32)
      case .skipped: ("skipped", 2)
      case .warning: ("WARNING", 33)
      case .failed: ("FAILED", 31)
      }
    return isColored ? "\u{1B}[\(color)m\(label)\u{1B}[0m" : label
  }
}
