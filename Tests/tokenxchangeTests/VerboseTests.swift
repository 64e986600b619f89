import Testing

@testable import tokenxchange

/// `--verbose`: every command knows it, tells what was asked and how it ended, and nothing else
/// changes.
@Suite struct VerboseTests {
  @Test func everyCommandKnowsIt() {
    // A command of kinds has no flags itself.
    for command in Command.all.flatMap({ $0.kinds.isEmpty ? [$0] : $0.kinds }) {
      #expect(command.options.contains { $0.name == "verbose" }, "\(command.name)")
    }
  }

  @Test(arguments: [
    ["version"], ["help", "generate", "rbac"], ["completion", "zsh"],
    ["generate", "rbac", "--argocd", "--direct", "--cluster-role=view"],
    ["generate", "argocd-workload", "--image=i"],
    ["generate", "dex", "--cluster-issuer=https://a.example"] + Sample.base.dropLast(),
    ["generate", "api-server"] + Sample.base.dropLast(),
  ])
  func itChangesStandardErrorOnly(_ words: [String]) {
    let quiet = WorldDouble()
    let verbose = WorldDouble()
    #expect(quiet.run(words) == .done)
    #expect(quiet.stderr == "")
    #expect(verbose.run(words + ["--verbose"]) == .done)
    #expect(verbose.stdout == quiet.stdout)
    let name = words.prefix { !$0.hasPrefix("-") }.joined(separator: " ")
    let opening = "tokenxchange: [0 ms] tokenxchange \(Version.number) "
    #expect(verbose.stderr.hasPrefix(opening + name.prefix(4)), "\(verbose.stderr)")
    #expect(verbose.stderr.hasSuffix("tokenxchange: [0 ms] exit code 0\n"))
    #expect(!verbose.stderr.contains("--verbose"))
  }

  @Test func aFailureStillEndsInTwoLines() {
    let double = WorldDouble()
    #expect(double.run(["generate", "rbac", "--argocd", "--verbose"]) == .usage)
    #expect(
      double.stderr.split(separator: "\n").suffix(3) == [
        "tokenxchange: [0 ms] --argocd true [flag]",
        "tokenxchange: --connector-id is required",
        "hint: set --connector-id; given: --argocd, --verbose",
      ], "\(double.stderr)")
  }
}
