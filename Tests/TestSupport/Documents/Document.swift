package import Foundation

/// A Markdown file of this repository.
package struct Document: Sendable, CustomStringConvertible {
  /// A fenced block of code.
  package struct Block: Sendable {
    /// The word after the fence, or "".
    package var language: String
    /// The lines, without the indentation of the fence.
    package var text = ""
    /// Whether only blank lines are between the block before and this one.
    var followsBlock: Bool
  }

  /// A command of a terminal session and its output.
  package struct Session: Sendable {
    /// The command, with its continuation lines.
    package var command: String
    package var output = ""
  }

  /// The path below the repository's root.
  package let path: String
  package let text: String
  package let blocks: [Block]
  /// The text without the fenced blocks.
  package let prose: String

  /// What test reports show.
  package var description: String { path }

  /// The repository's root.
  package static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// All Markdown files of the repository.
  package static let all: [Document] = {
    let nested = [".github", "Sources", "Tests", "examples"].flatMap { directory in
      let names = FileManager.default.enumerator(atPath: root.appending(path: directory).path)
      return (names?.compactMap { $0 as? String } ?? []).map { "\(directory)/\($0)" }
    }
    let top = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    return (top + nested).filter { $0.hasSuffix(".md") }.sorted().compactMap(Document.init(path:))
  }()

  /// Reads a document; nil if it cannot be read.
  package init?(path: String) {
    guard let text = try? String(contentsOf: Document.root.appending(path: path), encoding: .utf8)
    else { return nil }
    var blocks: [Block] = []
    var prose = ""
    /// The indentation of the current block.
    var indentation: Int?
    var followsBlock = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let content = line.drop { $0 == " " }
      let spaces = line.count - content.count
      if content.hasPrefix("```") {
        if indentation == nil {
          blocks.append(Block(language: String(content.dropFirst(3)), followsBlock: followsBlock))
        }
        indentation = indentation == nil ? spaces : nil
        followsBlock = true
      } else if let indentation {
        blocks[blocks.count - 1].text += line.dropFirst(min(indentation, spaces)) + "\n"
      } else {
        prose += line + "\n"
        if !content.isEmpty { followsBlock = false }
      }
    }
    (self.path, self.text, self.blocks, self.prose) = (path, text, blocks, prose)
  }

  /// The code between backquotes in the text, each on one line.
  package var codeSpans: [String] {
    prose.matches(of: /`([^`]+)`/).map { String($0.1).replacing(/\n\s*/, with: " ") }
  }

  /// The commands of a shell in each block: the whole block if it is `sh`, the lines after `$` if
  /// it is `console`.
  package var scripts: [String] {
    blocks.filter { ["sh", "console"].contains($0.language) }.map { block in
      block.language == "sh" ? block.text : block.sessions.map(\.command).joined()
    }
  }

  /// The commands of `sh` and `console` blocks, with the output that the document shows for each.
  ///
  /// The output of an `sh` block is the block that follows it, if that one has no language.
  package var sessions: [Session] {
    zip(blocks, blocks.dropFirst().map(Optional.some) + [nil]).flatMap { block, next -> [Session] in
      if block.language == "console" { return block.sessions }
      guard block.language == "sh" else { return [] }
      let output = next?.followsBlock == true && next?.language == "" ? next?.text : nil
      return [Session(command: block.text, output: output ?? "")]
    }
  }

  /// The links to files of the repository and to headings: a path, relative to the document's
  /// directory or "" for the document itself, and the part after `#`.
  package var links: [(path: String, anchor: String?)] {
    let text = prose.replacing(/`[^`]*`/, with: "")
    return text.matches(of: /\]\(([^)\s]+)\)/).map(\.1).filter { !$0.contains(":") }.map {
      let parts = $0.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.dropFirst().first.map(String.init))
    }
  }

  /// The anchors of the headings, as GitHub derives them.
  package var anchors: Set<String> {
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

  /// The files of the first column of the tables whose first header is "file".
  package var tabulatedFiles: [String] {
    prose.matches(of: /(?m)^\| file (?:.*\n\|)*.*/).flatMap { table in
      table.output.split(separator: "\n").flatMap { line in
        (line.split(separator: "|").first ?? "").matches(of: /`([^`]+)`/).map { String($0.1) }
      }
    }
  }
}

extension Document.Block {
  /// The commands of a `console` block, each with its output.
  var sessions: [Document.Session] {
    var sessions: [Document.Session] = []
    var continues = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      if line.hasPrefix("$ ") {
        sessions.append(Document.Session(command: line.dropFirst(2) + "\n"))
        continues = true
      } else if !sessions.isEmpty {
        let part: WritableKeyPath<Document.Session, String> = continues ? \.command : \.output
        sessions[sessions.count - 1][keyPath: part] += line + "\n"
      }
      continues = continues && line.hasSuffix("\\")
    }
    return sessions
  }
}
