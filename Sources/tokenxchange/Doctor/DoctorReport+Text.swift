import Platform
import TokenExchange

extension DoctorReport {
  /// The verdict, the steps, and the verdict again.
  ///
  /// - Parameters:
  ///   - isComplete: Whether to show the facts of steps without findings too.
  ///   - width: The columns of the terminal; nil for lines of any length.
  ///   - isColored: Whether standard output is a terminal that shows colors.
  /// - Returns: Lines, each with its newline.
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
            finding.message, prefix: "   also: ", finding.status, indent: 5, isColored: isColored)
        }
        lines += wrap.items(finding.hint, prefix: "   do: ")
      }
      guard isComplete || !step.findings.isEmpty else { continue }
      lines += wrap.facts(step.facts, indent: 6)
    }
    return (lines + verdict).joined(separator: "\n") + "\n"
  }
}

/// Breaks text into lines between words; a word that is longer than a line is not broken.
struct TextWrapping {
  /// nil for lines of any length.
  var width: Int?

  /// A text, the lines after the first indented.
  func lines(_ text: String, prefix: String = "", indent: Int = 0) -> [String] {
    let limit = width ?? .max
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = prefix
    var isEmpty = true
    for word in text.split(separator: " ") {
      if !isEmpty, line.count + 1 + word.count > limit {
        lines.append(line)
        line = margin
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }

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

  /// A hint; each of several causes, such as "(1) …", begins a line.
  func items(_ text: String, prefix: String) -> [String] {
    var items: [String] = []
    for word in text.split(separator: " ") {
      let isItem = word.count == 3 && word.first == "(" && word.last == ")"
      if items.isEmpty || isItem { items.append("") }
      items[items.count - 1] += (items[items.count - 1].isEmpty ? "" : " ") + word
    }
    let margin = String(repeating: " ", count: prefix.count)
    return items.enumerated().flatMap { index, item in
      lines(item, prefix: index == 0 ? prefix : margin, indent: prefix.count)
    }
  }

  /// Facts, the values in one column.
  func facts(_ facts: [Fact], indent: Int) -> [String] {
    let column = indent + (facts.map(\.name.count).max() ?? 0) + 2
    return facts.flatMap { fact in
      let name = String(repeating: " ", count: indent) + fact.name
      return lines(
        fact.value, prefix: name + String(repeating: " ", count: column - name.count),
        indent: column)
    }
  }
}

extension DoctorStep.Status {
  fileprivate var label: String {
    switch self {
    case .ok: "ok"
    case .skipped: "skipped"
    case .warning: "WARNING"
    case .failed: "FAILED"
    }
  }

  fileprivate var color: Int {
    switch self {
    case .ok: 32
    case .skipped: 2
    case .warning: 33
    case .failed: 31
    }
  }
}
