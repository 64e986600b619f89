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
}

extension Document.Block {
  /// The commands of a `console` block, each with its output.
  package var sessions: [Document.Session] {
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
