import TestSupport

extension Document {
  /// The code spans in the text, each on one line.
  var codeSpans: [String] {
    prose.matches(of: /`([^`]+)`/).map { String($0.1).replacing(/\n\s*/, with: " ") }
  }

  /// The shell commands in each block: the entire block if its language is `sh`, or the lines after
  /// `$` if it is `console`.
  var scripts: [String] {
    blocks.filter { ["sh", "console"].contains($0.language) }.map { block in
      block.language == "sh" ? block.text : block.sessions.map(\.command).joined()
    }
  }

  /// The links to files in the repository and to headings: a path relative to the document's
  /// directory, or "" for the document itself, and the part after `#`.
  var links: [(path: String, anchor: String?)] {
    let text = prose.replacing(/`[^`]*`/, with: "")
    return text.matches(of: /\]\(([^)\s]+)\)/).map(\.1).filter { !$0.contains(":") }.map {
      let parts = $0.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.dropFirst().first.map(String.init))
    }
  }

  /// The anchors of the headings, derived as by GitHub.
  var anchors: Set<String> {
    var anchors: Set<String> = []
    for heading in prose.split(separator: "\n") where heading.hasPrefix("#") {
      let title = heading.drop { $0 == "#" }.dropFirst().lowercased()
      let anchor = title.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
        .replacing(" ", with: "-")
      let candidates = sequence(first: 0) { $0 + 1 }.lazy
        .map { $0 == 0 ? anchor : "\(anchor)-\($0)" }
      anchors.formUnion(candidates.first { !anchors.contains($0) }.map { [$0] } ?? [])
    }
    return anchors
  }

  /// The files in the first column of tables whose first header is "file".
  var tabulatedFiles: [String] {
    prose.matches(of: /(?m)^\| file (?:.*\n\|)*.*/).flatMap { table in
      table.output.split(separator: "\n").flatMap { line in
        (line.split(separator: "|").first ?? "").matches(of: /`([^`]+)`/).map { String($0.1) }
      }
    }
  }
}
