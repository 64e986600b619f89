import Encoding
import Synchronization
import Testing
import TokenExchange

@testable import tokenxchange

/// `--verbose` exists for every command, logs the command and the exit code, and has no other
/// effect.
@Suite struct VerboseTests {
  @Test("every command has --verbose") func everyCommand() {
    // A command with kinds has no flags itself.
    for command in Command.all.flatMap({ $0.subcommands.isEmpty ? [$0] : $0.subcommands }) {
      #expect(command.options.contains { $0.name == "verbose" }, "\(command.name)")
    }
  }

  @Test(
    "--verbose changes only standard error",
    arguments: [
      ["version"], ["help", "generate", "rbac"], ["completion", "zsh"],
      ["generate", "rbac", "--argocd", "--direct", "--cluster-role=view"],
      ["generate", "argocd-workload", "--image=i"],
      ["generate", "dex", "--cluster-issuer=https://a.example"] + Sample.base.dropLast(),
      ["generate", "api-server"] + Sample.base.dropLast(),
    ])
  func standardError(_ words: [String]) {
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

  @Test("names of files and links cannot add lines or colours to the log")
  func linesAreSanitized() {
    let lines = Mutex<[String]>([])
    let log = VerboseLog { line in lines.withLock { $0.append(line) } }
    log("file /a -> /b\ntokenxchange: forged \u{1B}[31m\u{202E}\u{2066}x")
    #expect(lines.withLock { $0 } == ["file /a -> /b tokenxchange: forged [31mx"])
  }

  @Test("the value of --client-secret-file is not shown: it may be the secret itself")
  func secretFileIsNotShown() {
    let double = Sample.world()
    #expect(double.run(Sample.base + ["--client-secret-file=hunter2", "--verbose"]) == .usage)
    #expect(!double.stderr.contains("hunter2"), "\(double.stderr)")
    #expect(double.stderr.contains("--client-secret-file (value not shown) does not exist"))
  }

  @Test("unknown variables are listed, except those that Kubernetes sets for a Service")
  func unknownVariables() {
    func run(_ more: String...) -> String {
      let double = Sample.world(variables: [
        "TOKENXCHANGE_ISSUR": "https://dex.example", "TOKENXCHANGE_WRITE": "/t",
        "TOKENXCHANGE_PORT": "tcp://10.0.0.1:80", "TOKENXCHANGE_SERVICE_HOST": "10.0.0.1",
        "TOKENXCHANGE_PORT_80_TCP_ADDR": "10.0.0.1", "TOKENXCHANGE_SERVICE_PORT_HTTP": "80",
        "TOKENXCHANGE_PREFIX": "x",
      ])
      #expect(double.run(Sample.base + more) == .done)
      return double.stderr
    }
    let lines = run("--verbose").split(separator: "\n").filter { $0.contains("is unknown") }
    #expect(
      lines == [
        "tokenxchange: [0 ms] TOKENXCHANGE_ISSUR is unknown and ignored; did you mean "
          + "TOKENXCHANGE_ISSUER?",
        "tokenxchange: [0 ms] TOKENXCHANGE_PREFIX is unknown and ignored",
      ])
    #expect(run() == "")
  }

  @Test(
    "a client secret is read in the same way from a file and from a variable",
    arguments: ["hunter2", "hunter2\n", "hunter2 \r\n"])
  func secretOfAFileAndOfAVariable(secret: String) throws {
    let byFile = Sample.world(files: ["/s": .success(Array(secret.utf8))])
    #expect(byFile.run(Sample.base + ["--client-secret-file=/s"]) == .done)
    let byVariable = Sample.world(variables: ["TOKENXCHANGE_CLIENT_SECRET": secret])
    #expect(byVariable.run(Sample.base) == .done)
    let header = "Basic " + Base64.encode(Array("target-cluster:hunter2".utf8))
    for double in [byFile, byVariable] {
      let request = try #require(double.requests.withLock { $0.first })
      #expect(request.headers.contains(.init("Authorization", header)))
    }
    for bad in ["a\nb", " \n", "a\u{7}b"] {
      let double = Sample.world(variables: ["TOKENXCHANGE_CLIENT_SECRET": bad])
      #expect(double.run(Sample.base) == .usage)
    }
  }

  @Test("a failure still ends in two lines") func failure() {
    let double = WorldDouble()
    #expect(double.run(["generate", "rbac", "--argocd", "--verbose"]) == .usage)
    #expect(
      double.stderr.split(separator: "\n").suffix(3) == [
        "tokenxchange: [0 ms] --argocd true [flag]",
        "tokenxchange: missing required options: --connector-id, --cluster-role or --role",
        "hint: example: tokenxchange generate rbac --argocd --connector-id=cluster-a "
          + "--cluster-role=view",
      ], "\(double.stderr)")
  }
}
