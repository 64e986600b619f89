import TestSupport
import Testing

@testable import tokenxchange

/// The candidates that `__complete` prints.
@Suite struct CompletionCandidatesTests {
  private func complete(_ words: [String], for shell: String = "zsh") -> [String] {
    let double = WorldDouble()
    #expect(double.run(["__complete", shell] + words) == .done)
    #expect(double.stderr == "")
    return double.stdout.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
  }

  @Test(
    "candidates depend on the word at the cursor",
    arguments: [
      Row("a command", ["token"], ["token-file", ":none"]),
      Row("an option without a command", ["--iss"], ["--issuer", ":none"]),
      Row("an alias", ["get-token", "--dex"], ["--dex-connector", ":none"]),
      Row("--version without a command", ["--vers"], ["--version", ":none"]),
      Row("a value", ["--output", "e"], ["exec-credential", ":none"]),
      Row("a value of -o", ["-o", "e"], ["exec-credential", ":none"]),
      Row("a value after =", ["--output=e"], ["--output=exec-credential", ":none"]),
      Row("a file", ["--token-file", ""], [":files"]),
      Row("a file after =", ["--token-file=/et"], [":files"]),
      Row("a directory", ["install", ""], [":directories"]),
      Row("nothing after the directory", ["install", "a", ""], [":none"]),
      Row("the argument of inspect", ["inspect", ""], [":files"]),
      Row("the argument of completion", ["completion", "z"], ["zsh", ":none"]),
      Row("a command for help", ["help", "vers"], ["version", ":none"]),
      Row("a kind for help", ["help", "generate", "kub"], ["kubeconfig", ":none"]),
      Row("an option's value is not an argument", ["check", "--min-ttl", "1m", ""], [":files"]),
      Row("unknown command", ["nonsense", "--"], [":none"]),
      Row("unknown kind", ["generate", "nonsense", "--"], ["--help", ":none"]),
      Row("nothing after a kind", ["generate", "rbac", ""], [":none"]),
      Row("nothing for free text", ["--client-id", "x"], [":none"]),
      Row("after --", ["inspect", "--", "--f"], [":files"]),
      Row("no input", [], Command.all.map(\.name) + [":none"]),
    ])
  func candidates(row: Row<[String], [String]>) {
    #expect(complete(row.input) == row.output)
  }

  @Test(
    "--option=value is supported although bash splits it into words",
    arguments: [
      Row("= as a word", ["--output", "=", "j"], ["json", ":none"]),
      Row("= at the cursor", ["--output", "="], ["exec-credential", "token", "json", ":none"]),
      Row("= of an earlier option", ["--timeout", "=", "3s", "--iss"], ["--issuer", ":none"]),
    ])
  func bashWords(row: Row<[String], [String]>) {
    #expect(complete(row.input, for: "bash") == row.output)
  }

  @Test("descriptions are the first sentence of the help text")
  func descriptions() {
    #expect(
      Completion(words: ["--client-secret-"]).text
        == "--client-secret-file\tA file with the client secret, for a confidential client\n:none\n"
    )
    #expect(Completion(words: ["versi"]).text == "version\t\(Command.version.summary)\n:none\n")
  }
}
