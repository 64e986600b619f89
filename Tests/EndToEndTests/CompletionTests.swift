import Foundation
import TestSupport
import Testing

/// The completion scripts in the real shells.
@Suite struct CompletionTests {
  /// A line with the cursor at its end, and what the shell must offer or make of it.
  static let offers: [Row<[String], [String]>] = [
    Row("command", ["tokenxchange", "token"], ["token-file"]),
    Row("flag of the default command", ["tokenxchange", "--iss"], ["--issuer"]),
    Row("flag of a command", ["tokenxchange", "token-file", "--fi"], ["--file"]),
    Row("flag of login", ["tokenxchange", "login", "--no-b"], ["--no-browser"]),
    Row("alias", ["tokenxchange", "get-token", "--dex"], ["--dex-connector"]),
    Row("value", ["tokenxchange", "--output", "e"], ["exec-credential"]),
    Row("operand", ["tokenxchange", "completion", "z"], ["zsh"]),
    Row("command as operand", ["tokenxchange", "help", "vers"], ["version"]),
    Row("folder", ["tokenxchange", "install", "/et"], ["/etc"]),
  ]

  func script(_ shell: String) async throws -> String {
    let result = try await ProcessRunner(TestBinary.path, ["completion", shell]).result()
    #expect(result.ending == .exit(0))
    #expect(result.errors == "")
    return result.output
  }

  @Test(.enabled(if: TestBinary.find("bash") != nil, "bash is not installed"), arguments: offers)
  func bash(row: Row<[String], [String]>) async throws {
    let folder = try TemporaryDirectory()
    try folder.write(await script("bash"), to: "completion")
    let program = """
      source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tokenxchange
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let result = try await ProcessRunner(
      "bash", ["--norc", "-c", program, folder.path("completion")] + row.input
    ).result()
    #expect(result.errors == "")
    #expect(result.output.split(separator: "\n").map(String.init) == row.output)
  }

  @Test func bashTakesEqualsForAWord() async throws {
    let folder = try TemporaryDirectory()
    try folder.write(await script("bash"), to: "completion")
    let program = """
      source "$0"; COMP_WORDS=(tokenxchange --output = j); COMP_CWORD=3; _tokenxchange
      echo "${COMPREPLY[@]}"
      """
    let result = try await ProcessRunner(
      "bash", ["--norc", "-c", program, folder.path("completion")]
    ).result()
    #expect(result.output == "json\n")
  }

  @Test(.enabled(if: TestBinary.find("fish") != nil, "fish is not installed"), arguments: offers)
  func fish(row: Row<[String], [String]>) async throws {
    let folder = try TemporaryDirectory()
    try folder.write(await script("fish"), to: "completion")
    let line = row.input.joined(separator: " ")
    let result = try await ProcessRunner(
      "fish", ["--no-config", "-c", "source \(folder.path("completion")); complete -C '\(line)'"],
      environment: ["HOME": folder.path, "TERM": "dumb", "PATH": "/usr/bin:/bin"]
    ).result()
    let offered = result.output.split(separator: "\n").map {
      String($0.prefix { $0 != "\t" })
    }
    // fish writes a folder with its slash.
    #expect(offered.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 } == row.output)
  }

  @Test(.enabled(if: TestBinary.find("zsh") != nil, "zsh is not installed"), arguments: offers)
  func zsh(row: Row<[String], [String]>) async throws {
    let folder = try TemporaryDirectory()
    try folder.write(await script("zsh"), to: "completion")
    // A terminal of zsh's own, in which the line is typed and completed by the tab key.
    let program = """
      zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell 'PS1=; autoload -Uz compinit; compinit -D -u; source \(folder.path("completion"))'
      zpty -w shell 'tokenxchange() { print -r "GOT:$*:" }; print REA""DY'
      zpty -r shell out '*READY*'
      zpty -w -n shell $'\(row.input.joined(separator: " "))\\t'
      sleep 1
      zpty -w -n shell $'\\n'
      zpty -r shell out '*GOT:*:*'
      print -r -- "$out"
      """
    let result = try await ProcessRunner(
      "zsh", ["-f", "-c", program],
      environment: ["HOME": folder.path, "TERM": "dumb", "PATH": "/usr/bin:/bin"], timeout: 30
    ).result()
    let words = result.output.split(separator: "GOT:").last?.prefix { $0 != ":" }
      .split(separator: " ").map { $0.hasSuffix("/") || $0.hasSuffix("=") ? $0.dropLast() : $0 }
    #expect(words?.last.map(String.init) == row.output.first)
  }
}
