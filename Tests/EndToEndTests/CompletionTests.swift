import Foundation
import TestSupport
import Testing

/// The completion scripts, run in the real shells.
@Suite struct CompletionTests {
  /// A line with the cursor at its end, and the expected candidates or completion.
  static let offers: [Row<[String], [String]>] = [
    Row("command", ["tokenxchange", "token"], ["token-file"]),
    Row("flag of the default command", ["tokenxchange", "--iss"], ["--issuer"]),
    Row("flag of a command", ["tokenxchange", "token-file", "--fi"], ["--file"]),
    Row("flag of login", ["tokenxchange", "login", "--no-b"], ["--no-browser"]),
    Row("alias", ["tokenxchange", "get-token", "--dex"], ["--dex-connector"]),
    Row("value", ["tokenxchange", "--output", "e"], ["exec-credential"]),
    Row("argument", ["tokenxchange", "completion", "z"], ["zsh"]),
    Row("command as an argument", ["tokenxchange", "help", "vers"], ["version"]),
    Row("kind", ["tokenxchange", "generate", "argocd-w"], ["argocd-workload"]),
    Row("flag of a kind", ["tokenxchange", "generate", "rbac", "--cluster"], ["--cluster-role"]),
    Row(
      "value of a kind's flag", ["tokenxchange", "generate", "dex", "--output", "/et"], ["/etc"]),
    Row(
      "choice of a kind's flag", ["tokenxchange", "generate", "api-server", "--format", "f"],
      ["flags"]),
    Row("kind under help", ["tokenxchange", "help", "generate", "kub"], ["kubeconfig"]),
    Row("directory", ["tokenxchange", "install", "/et"], ["/etc"]),
  ]

  /// The scripts run the program by its name.
  static let path =
    URL(filePath: TestBinary.path).deletingLastPathComponent().path + ":/usr/bin:/bin"

  func script(_ shell: String) async throws -> String {
    let result = try await ProcessRunner(TestBinary.path, ["completion", shell]).result()
    #expect(result.ending == .exit(0))
    #expect(result.errors == "")
    return result.output
  }

  static let kinds = [
    "kubeconfig", "argocd-cluster", "argocd-workload", "rbac", "dex", "api-server", "sidecar",
    "clusterprofile-provider",
  ]

  static let rbacFlags = [
    "--service-account", "--argocd", "--argocd-namespace", "--subject", "--connector-id",
    "--dex-connector", "--direct", "--username-claim", "--username-prefix", "--cluster-role",
    "--role",
    "--namespace", "--rule", "--name", "--verbose", "--output", "--help",
  ]

  /// Words before the cursor, and the complete list of candidates.
  static let lists: [Row<[String], [String]>] = [
    Row("every kind", ["tokenxchange", "generate", ""], kinds),
    Row("every kind under help", ["tokenxchange", "help", "generate", ""], kinds),
    Row("a kind's flags", ["tokenxchange", "generate", "rbac", "--"], rbacFlags),
  ]

  /// Likewise, but excluded for zsh, which also offers flags for an empty word.
  static let ends: [Row<[String], [String]>] = [
    Row("nothing after a kind", ["tokenxchange", "generate", "rbac", ""], []),
    Row("an unknown kind", ["tokenxchange", "generate", "nonsense", "--"], ["--help"]),
  ]

  private func bashOffers(_ words: [String]) async throws -> [String] {
    let directory = try TemporaryDirectory()
    try directory.write(await script("bash"), to: "completion")
    let program = """
      source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tokenxchange
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let result = try await ProcessRunner(
      "bash", ["--norc", "-c", program, directory.path("completion")] + words,
      environment: ["HOME": directory.path, "PATH": Self.path]
    ).result()
    #expect(result.errors == "")
    return result.output.split(separator: "\n").map(String.init)
  }

  @Test(
    "bash shows the candidates",
    .enabled(if: TestBinary.find("bash") != nil, "bash is not installed"),
    arguments: offers + lists + ends)
  func bash(row: Row<[String], [String]>) async throws {
    #expect(try await bashOffers(row.input) == row.output)
  }

  @Test("bash treats = as a separate word")
  func bashSplitsAtEquals() async throws {
    #expect(try await bashOffers(["tokenxchange", "--output", "=", "j"]) == ["json"])
  }

  @Test(
    "fish shows the candidates",
    .enabled(if: TestBinary.find("fish") != nil, "fish is not installed"),
    arguments: offers + lists + ends)
  func fish(row: Row<[String], [String]>) async throws {
    let directory = try TemporaryDirectory()
    try directory.write(await script("fish"), to: "completion")
    let line = row.input.joined(separator: " ")
    let result = try await ProcessRunner(
      "fish",
      ["--no-config", "-c", "source \(directory.path("completion")); complete -C '\(line)'"],
      environment: ["HOME": directory.path, "TERM": "dumb", "PATH": Self.path]
    ).result()
    let offered = result.output.split(separator: "\n").map {
      String($0.prefix { $0 != "\t" })
    }
    // fish appends a slash to directories and sorts candidates.
    #expect(
      offered.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }.sorted()
        == row.output.sorted())
  }

  /// Presses the tab key in zsh on a terminal; returns the resulting line and the candidates.
  private func zshOffers(_ line: String) async throws -> (line: String, words: [String]) {
    let directory = try TemporaryDirectory()
    try directory.write(await script("zsh"), to: "completion")
    // Candidates are captured when they are added, because zsh lists them only while it waits for a
    // key.
    try directory.write(
      """
      PS1=
      autoload -Uz compinit
      compinit -D -u
      source \(directory.path("completion"))
      compadd() {
        if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then
          builtin compadd "$@"
        else
          local -a matches
          builtin compadd -A matches "$@"
          offered+=($matches)
          builtin compadd "$@"
        fi
      }
      tab() {
        offered=()
        zle complete-word
        print -r "GOT:$BUFFER:$offered:"
      }
      zle -N tab
      bindkey '^I' tab
      """, to: "start")
    let program = """
      zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell 'source \(directory.path("start")); print REA""DY'
      zpty -r shell out '*READY*'
      zpty -w -n shell $'\(line)\\t'
      zpty -r shell out '*GOT:*:*:*'
      print -r -- "$out"
      """
    let result = try await ProcessRunner(
      "zsh", ["-f", "-c", program],
      environment: ["HOME": directory.path, "TERM": "dumb", "PATH": Self.path], timeout: 30
    ).result()
    let screen = try #require(result.output.firstMatch(of: /GOT:([^:]*):([^:]*):/))
    return (String(screen.1), screen.2.split(separator: " ").map(String.init))
  }

  @Test(
    "zsh shows the candidates", .enabled(if: TestBinary.find("zsh") != nil, "zsh is not installed"),
    arguments: offers)
  func zsh(row: Row<[String], [String]>) async throws {
    let words = try await zshOffers(row.input.joined(separator: " ")).line.split(separator: " ")
      .map { $0.hasSuffix("/") || $0.hasSuffix("=") ? $0.dropLast() : $0 }
    #expect(words.last.map(String.init) == row.output.first)
  }

  @Test(
    "zsh shows the candidates for lists of values",
    .enabled(if: TestBinary.find("zsh") != nil, "zsh is not installed"), arguments: lists)
  func zshLists(row: Row<[String], [String]>) async throws {
    let words = try await zshOffers(row.input.joined(separator: " ")).words
    #expect(words.sorted() == row.output.sorted())
  }
}
