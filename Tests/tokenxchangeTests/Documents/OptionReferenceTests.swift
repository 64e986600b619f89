import Foundation
import TestSupport
import Testing

@testable import tokenxchange

/// The option tables and exit codes in the documents.
struct OptionReferenceTests {
  private static let path = "Sources/tokenxchange/Documentation/options.md"
  private static let mark = "<!-- Written by OptionReferenceTests: RECORD=1 make test. -->\n\n"

  @Test("options.md describes every command and option")
  func tables() throws {
    let file = Document.root.appending(path: Self.path)
    let text = try String(contentsOf: file, encoding: .utf8)
    let mark = try #require(text.firstRange(of: Self.mark))
    let tables = Self.sections().joined(separator: "\n")
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      try (text[..<mark.upperBound] + tables).write(to: file, atomically: true, encoding: .utf8)
    }
    let lines = text[mark.upperBound...].split(separator: "\n")
    let expected = tables.split(separator: "\n")
    #expect(lines.filter { !expected.contains($0) } == [])
    #expect(expected.filter { !lines.contains($0) } == [])
    #expect(lines.count == expected.count)
  }

  @Test("options.md lists the commands and the options with values that have no variable")
  func variables() throws {
    let text = try String(
      contentsOf: Document.root.appending(path: Self.path), encoding: .utf8)
    let mark = try #require(text.firstRange(of: Self.mark))
    let introduction = text[..<mark.lowerBound]
    for command in Command.all {
      let hasVariables = ([command] + command.subcommands).contains(where: \.readsVariables)
      if !hasVariables { #expect(introduction.contains("`\(command.name)`"), "\(command.name)") }
      for option in hasVariables ? command.options : [] where option.variable == nil {
        #expect(
          option.kind == .flag || introduction.contains("`--\(option.name)`")
            || introduction.contains("`\(command.name)`"), "\(command.name) \(option.name)")
      }
    }
  }

  @Test("the README's table has every exit code")
  func exitCodes() throws {
    let readme = try #require(Document(path: "README.md"))
    let codes = readme.prose.matches(of: /(?m)^\| (\d) \|/).compactMap { Int32($0.1) }
    #expect(codes == ExitCode.allCases.map(\.rawValue))
  }

  @Test("the README shows the same list of commands as help")
  func commands() throws {
    let readme = try #require(Document(path: "README.md"))
    let double = WorldDouble()
    #expect(double.run(["help"]) == .done)
    let list = double.stdout.components(separatedBy: "\n\n").first { $0.hasPrefix("Commands") }
    #expect(readme.blocks.contains { $0.text == list.map { $0 + "\n" } })
  }

  /// Creates a section for every command: new options in a table, and those of earlier commands by
  /// name.
  private static func sections() -> [String] {
    var known: Set<String> = []
    return Command.all.flatMap { [$0] + $0.subcommands }.map { command in
      var new: [String] = []
      var old: [OptionDeclaration] = []
      for spec in command.options {
        if known.insert(row(spec)).inserted { new.append(row(spec)) } else { old.append(spec) }
      }
      let operands = command.arguments.map { " " + $0 }.joined()
      let summary = command.summary.prefix(1).uppercased() + command.summary.dropFirst() + "."
      var section = "## `\(command.name)\(operands)`\n\n\(summary)"
      if !old.isEmpty { section += " " + sentence(old) }
      section += "\n"
      if !new.isEmpty {
        section += "\n| option | default | what |\n| --- | --- | --- |\n"
        section += new.map { $0 + "\n" }.joined()
      }
      return section
    }
  }

  /// Lists the options that a command shares with earlier commands.
  private static func sentence(_ specs: [OptionDeclaration]) -> String {
    let first = Command.getToken.options
    let firstRows = first.map(row)
    let rows = specs.map(row)
    let missing = first.filter { !rows.contains(row($0)) }
    let others = specs.filter { !firstRows.contains(row($0)) }
    guard missing.count < first.count / 2 else { return "Also \(list(specs))." }
    return "Also accepts the options of get-token"
      + (missing.isEmpty ? "" : " except \(list(missing))")
      + (others.isEmpty ? "" : "; also \(list(others))") + "."
  }

  private static func list(_ specs: [OptionDeclaration]) -> String {
    specs.map { "`--\($0.name)`" }.joined(separator: ", ")
  }

  private static func row(_ spec: OptionDeclaration) -> String {
    let value = spec.placeholder.isEmpty ? "" : " " + spec.placeholder
    let names = spec.names.map { "`\($0)\(value)`" }.joined(separator: ", ")
    let help = spec.help + (spec.kind == .list ? " May be repeated." : "")
    // GitHub would remove <issuer> as an unknown tag.
    let markdown = help.replacing("|", with: "\\|").replacing("<", with: "\\<")
    return "| \(names) | \(spec.fallback?.text ?? "") | \(markdown) |"
  }
}
