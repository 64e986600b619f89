public import Foundation

/// A Markdown file of this repository.
public struct Document: Sendable, CustomStringConvertible {
  /// A fenced block of code.
  public struct Block: Sendable {
    /// The word after the fence, or "".
    public var language: String
    /// The lines, without the indentation of the fence.
    public var text: String
    /// Whether only blank lines are between the block before and this one.
    public var followsBlock = false
  }

  /// A link whose target is not on another site.
  public struct Link: Sendable {
    /// The path, relative to the document's directory; "" for the document itself.
    public var path: String
    /// The part after `#`.
    public var anchor: String?
  }

  /// The path below the repository's root.
  public let path: String
  /// The content.
  public let text: String
  /// The fenced blocks.
  public let blocks: [Block]
  /// The text without the fenced blocks.
  public let prose: String

  /// The path, which test reports show.
  public var description: String { path }

  /// The repository's root.
  public static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// All Markdown files of the repository.
  public static let all: [Document] = {
    let directories = [".github", "Sources", "Tests", "examples"]
    let nested = directories.flatMap { directory in
      let names = FileManager.default.enumerator(atPath: root.appending(path: directory).path)?
        .compactMap { $0 as? String }
      return (names ?? []).map { "\(directory)/\($0)" }
    }
    let top = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    return (top + nested).filter { $0.hasSuffix(".md") }.sorted().compactMap(Document.init(path:))
  }()

  /// Reads a document; nil if it cannot be read.
  public init?(path: String) {
    guard
      let text = try? String(contentsOf: Document.root.appending(path: path), encoding: .utf8)
    else { return nil }
    self.init(path: path, text: text)
  }

  /// Splits a text.
  public init(path: String, text: String) {
    var blocks: [Block] = []
    var prose = ""
    var open: (block: Block, indentation: Int)?
    var hasProse = true
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let content = line.drop { $0 == " " }
      if content.hasPrefix("```") {
        if let block = open?.block {
          blocks.append(block)
          open = nil
          hasProse = false
        } else {
          let block = Block(
            language: String(content.dropFirst(3)), text: "", followsBlock: !hasProse)
          open = (block, line.count - content.count)
        }
      } else if let indentation = open?.indentation {
        open?.block.text += line.dropFirst(min(indentation, line.count - content.count)) + "\n"
      } else {
        prose += line + "\n"
        if !content.isEmpty { hasProse = true }
      }
    }
    (self.path, self.text, self.blocks, self.prose) = (path, text, blocks, prose)
  }

  /// The code between backquotes in the text, each on one line.
  public var codeSpans: [String] {
    prose.matches(of: /`([^`]+)`/).map { String($0.1).replacing(/\n\s*/, with: " ") }
  }

  /// The commands of a shell in each block: the whole block if it is `sh`, the lines after `$` if
  /// it is `console`.
  public var scripts: [String] {
    blocks.compactMap { block in
      switch block.language {
      case "sh": block.text
      case "console": block.sessions.map(\.command).joined()
      default: nil
      }
    }
  }

  /// The commands of `sh` and `console` blocks, with the output that the document shows for each.
  ///
  /// The output of an `sh` block is the block that follows it, if that one has no language.
  public var sessions: [Block.Session] {
    blocks.indices.flatMap { index -> [Block.Session] in
      let block = blocks[index]
      if block.language == "console" { return block.sessions }
      guard block.language == "sh" else { return [] }
      let next = index + 1 < blocks.count ? blocks[index + 1] : nil
      let output = next?.followsBlock == true && next?.language == "" ? next?.text : nil
      return [Block.Session(command: block.text, output: output ?? "")]
    }
  }

  /// The links to files of the repository and to headings.
  public var links: [Link] {
    let text = prose.replacing(/`[^`]*`/, with: "")
    return text.matches(of: /\]\(([^)\s]+)\)/).map(\.1).filter { !$0.contains(":") }.map {
      let parts = $0.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      return Link(path: String(parts[0]), anchor: parts.count > 1 ? String(parts[1]) : nil)
    }
  }

  /// The anchors of the headings, as GitHub derives them.
  public var anchors: Set<String> {
    let headings = prose.split(separator: "\n").filter { $0.hasPrefix("#") }
    var anchors: Set<String> = []
    for heading in headings {
      let title = heading.drop { $0 == "#" }.dropFirst().lowercased()
      let anchor = title.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
        .replacing(" ", with: "-")
      var candidate = anchor
      var count = 0
      while !anchors.insert(candidate).inserted {
        count += 1
        candidate = "\(anchor)-\(count)"
      }
    }
    return anchors
  }

  /// The files of the first column of the tables whose first header is "file".
  public var tabulatedFiles: [String] {
    var files: [String] = []
    var isTable = false
    for line in prose.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("| file ") { isTable = true }
      if !line.hasPrefix("|") { isTable = false }
      guard isTable, let cell = line.split(separator: "|").first else { continue }
      files += cell.matches(of: /`([^`]+)`/).map { String($0.1) }
    }
    return files
  }
}

extension Document.Block {
  /// A command of a terminal session and what it prints.
  public struct Session: Sendable {
    /// The command, with its continuation lines.
    public var command: String
    /// The output.
    public var output: String
  }

  /// The commands of a `console` block, each with its output.
  public var sessions: [Session] {
    var sessions: [Session] = []
    var continues = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      if line.hasPrefix("$ ") {
        sessions.append(Session(command: line.dropFirst(2) + "\n", output: ""))
      } else if !sessions.isEmpty, continues {
        sessions[sessions.count - 1].command += line + "\n"
      } else if !sessions.isEmpty {
        sessions[sessions.count - 1].output += line + "\n"
      }
      continues = line.hasSuffix("\\") && (line.hasPrefix("$ ") || continues)
    }
    return sessions
  }
}
