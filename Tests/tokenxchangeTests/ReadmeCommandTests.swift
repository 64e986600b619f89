import Foundation
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// Every command line of the README is one that the program takes.
@Suite struct ReadmeCommandTests {
  private static let readme: String = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "README.md")
    return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
  }()

  /// The commands in blocks of shell and between backquotes, from the program's name on.
  static let commands: [String] = {
    let joined = readme.replacing(/\\\n\s*/, with: "")
    let blocks = joined.matches(of: /```(?:sh)?\n((?s).*?)```/).flatMap {
      $0.1.split(separator: "\n")
    }
    let prose = joined.replacing(/```(?s).*?```/, with: "").replacing(/\n\s*/, with: " ")
    let spans = prose.matches(of: /`([^`]+)`/).map(\.1)
    return (blocks + spans).compactMap { line in
      line.firstMatch(of: /(?:^\s*|\s-- |<\()\/?tokenxchange( [a-z-].*)$/).map { String($0.1) }
    }.filter {
      // A name alone, and what kubectl says when the program is not there.
      $0 != " generate" && $0 != " not found"
    }
  }()

  /// The words of a command up to a pipe, as a shell reads them.
  private func words(_ command: String) throws -> [String] {
    let end = command.firstMatch(of: /\s[|>#]\s|\)$/)?.range.lowerBound ?? command.endIndex
    let result = try ProcessRunner(
      "/bin/bash", ["-c", "printf '%s\\0' \(command[..<end])"]
    ).run()
    return result.output.split(separator: "\0").map(String.init)
  }

  @Test func thereAreSome() { #expect(Self.commands.count > 30, "\(Self.commands)") }

  @Test(arguments: commands)
  func itIsTaken(_ command: String) throws {
    // An ellipsis stands for more, and brackets are for what may be left out.
    let words = try words(command.filter { !"[]".contains($0) }).filter { $0 != "…" }
    _ = try ArgumentParser(arguments: words, variables: [:]).parse()
  }

  /// Those of `generate` that leave nothing out give something.
  @Test(arguments: commands.filter { $0.hasPrefix(" generate ") && $0.contains("=") })
  func itGenerates(_ command: String) throws {
    guard !command.contains("…") else { return }
    let certificate = Result<[UInt8], FileFault>.success(
      Array(GenerateFaultTests.certificate.utf8))
    let double = WorldDouble(
      files: ["target-ca.crt": certificate, "dex-ca.crt": certificate])
    #expect(double.run(try words(command)) == .done, "\(double.stderr)")
    #expect(double.stdout.hasPrefix("# Made by:\n"))
  }
}
