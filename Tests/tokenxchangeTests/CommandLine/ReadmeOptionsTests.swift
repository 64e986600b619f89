import Foundation
import Testing

@testable import tokenxchange

/// The README's option table is the program's.
@Suite struct ReadmeOptionsTests {
  private static let begin = "<!-- Written by ReadmeOptionsTests: RECORD=1 make test. -->\n"
  private static let end = "<!-- end of the option table -->\n"

  @Test func theReadmeHasTheOptionTable() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "README.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let begin = try #require(text.firstRange(of: Self.begin))
    let end = try #require(text.firstRange(of: Self.end))
    let table = "\n" + Self.sections().joined(separator: "\n") + "\n"
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      var recorded = text
      recorded.replaceSubrange(begin.upperBound..<end.lowerBound, with: table)
      try recorded.write(to: file, atomically: true, encoding: .utf8)
    }
    let lines = text[begin.upperBound..<end.lowerBound].split(separator: "\n")
    let expected = table.split(separator: "\n")
    #expect(lines.filter { !expected.contains($0) } == [])
    #expect(expected.filter { !lines.contains($0) } == [])
    #expect(lines.count == expected.count)
  }

  @Test func theReadmeNamesEveryCommand() {
    let titles = Self.sections().joined()
    for command in Command.all {
      #expect(titles.contains("### `\(command.name)"), "\(command.name)")
    }
  }

  /// Every command's section: what none before it has as a table, the rest by name.
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
      var section = "### `\(command.name)\(operands)`\n\n\(summary)"
      if !old.isEmpty { section += " " + sentence(old) }
      section += "\n"
      if !new.isEmpty {
        section += "\n| option | default | what |\n| --- | --- | --- |\n"
        section += new.map { $0 + "\n" }.joined()
      }
      return section
    }
  }

  /// Which options of commands before it a command has.
  private static func sentence(_ specs: [OptionDeclaration]) -> String {
    let first = Command.getToken.options
    let firstRows = first.map(row)
    let rows = specs.map(row)
    let missing = first.filter { !rows.contains(row($0)) }
    let others = specs.filter { !firstRows.contains(row($0)) }
    guard missing.count < first.count / 2 else { return "Also \(list(specs))." }
    return "Also all of get-token's" + (missing.isEmpty ? "" : " but \(list(missing))")
      + (others.isEmpty ? "" : ", and \(list(others))") + "."
  }

  private static func list(_ specs: [OptionDeclaration]) -> String {
    specs.map { "`--\($0.name)`" }.joined(separator: ", ")
  }

  private static func row(_ spec: OptionDeclaration) -> String {
    let value = spec.placeholder.isEmpty ? "" : " " + spec.placeholder
    let names = spec.names.map { "`\($0)\(value)`" }.joined(separator: ", ")
    let help = spec.help + (spec.kind == .list ? " May be repeated." : "")
    return "| \(names) | \(spec.fallback?.text ?? "") | \(help.replacing("|", with: "\\|")) |"
  }
}
