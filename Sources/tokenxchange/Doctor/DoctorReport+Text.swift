import TokenExchange

/// The report for people.
extension DoctorReport {
  /// All steps and a last line with the verdict.
  ///
  /// - Parameter isColoured: Whether the reader is a terminal that wants colours.
  /// - Returns: Lines, each with its newline.
  func text(isColoured: Bool) -> String {
    var lines: [String] = []
    for (index, step) in steps.enumerated() {
      let status = Self.word(step.status, isColoured: isColoured)
      lines.append("\(index + 1). \(step.name): \(status): \(step.line)")
      for (place, finding) in step.ranked.enumerated() {
        if place > 0 {
          lines.append(
            "   also: \(Self.word(finding.status, isColoured: isColoured)): "
              + finding.problem.sentence)
        }
        lines += Self.wrapped(finding.problem.hint, opening: "   do: ")
      }
      lines += Fact.lines(step.facts, indent: 6)
    }
    lines.append(verdict)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func word(_ status: DoctorStep.Status, isColoured: Bool) -> String {
    let (word, colour) =
      switch status {
      case .ok: ("ok", 32)
      case .skipped: ("skipped", 2)
      case .warning: ("WARNING", 33)
      case .failed: ("FAILED", 31)
      }
    return isColoured ? "\u{1B}[\(colour)m\(word)\u{1B}[0m" : word
  }

  /// Breaks a hint into lines of at most 100 columns.
  private static func wrapped(_ text: String, opening: String) -> [String] {
    let margin = String(repeating: " ", count: opening.count)
    var lines: [String] = []
    var line = opening
    for word in text.split(separator: " ") {
      let isFull = line.count + word.count > 100 && line.count > opening.count
      // Each of several causes gets a line of its own.
      let isItem = word.count == 3 && word.first == "(" && word.last == ")"
      if isFull || isItem && line.count > opening.count {
        lines.append(String(line.dropLast()))
        line = margin
      }
      line += word + " "
    }
    return lines + [String(line.dropLast())]
  }
}
