import Foundation
import StandIns
import TestSupport
import Testing

/// A real kubectl runs the program and authenticates to an API server over TLS.
@Suite(
  .enabled(if: TestBinary.find("kubectl") != nil, "SKIPPED: kubectl is not installed"),
  .enabled(if: TLSFront.isAvailable, "SKIPPED: nginx is not installed"))
struct KubectlTests {
  private let plugin: Plugin

  init() throws { plugin = try Plugin(tls: [.apiServer]) }

  private func kubeconfig(
    version: String = "v1", client: String = "target-cluster", providesClusterInfo: Bool = false
  ) throws -> String {
    let arguments = plugin.flags("--client-id", client) + ["--expiry-margin", "60s"]
    let list = arguments.map { "      - \"\($0)\"\n" }.joined()
    let text = """
      apiVersion: v1
      kind: Config
      current-context: b
      contexts: [{name: b, context: {cluster: b, user: b}}]
      clusters:
      - name: b
        cluster:
          server: \(plugin.site.apiServerURL)
          certificate-authority: \(plugin.site.authorityFile ?? "")
      users:
      - name: b
        user:
          exec:
            apiVersion: client.authentication.k8s.io/\(version)
            command: \(TestBinary.path)
            interactiveMode: Never
            provideClusterInfo: \(providesClusterInfo)
            args:
      \(list)
      """
    return try plugin.directory.write(text, to: "kubeconfig-\(version)-\(client)")
  }

  private func kubectl(_ kubeconfig: String, _ arguments: String...) throws -> ProcessRunner {
    // Each run has its own home directory, so that it does not use another run's cache.
    let home = plugin.directory.path("home-\(UUID().uuidString)")
    return ProcessRunner(
      TestBinary.find("kubectl") ?? "kubectl", ["--kubeconfig", kubeconfig] + arguments,
      environment: ["HOME": home], timeout: 120)
  }

  private var user: String { plugin.site.cluster.subject }

  @Test(
    "a link named kubectl-tokenxchange in PATH makes it a kubectl plugin, and help shows this name")
  func isAKubectlPlugin() async throws {
    let directory = plugin.directory.path("bin")
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: directory + "/kubectl-tokenxchange", withDestinationPath: TestBinary.path)
    func run(_ arguments: String...) async throws -> ProcessResult {
      try await ProcessRunner(
        TestBinary.find("kubectl") ?? "kubectl", ["tokenxchange"] + arguments,
        environment: ["HOME": plugin.directory.path("home"), "PATH": "\(directory):/usr/bin:/bin"]
      ).result()
    }
    let overview = try await run("help")
    #expect(overview.code == 0)
    #expect(overview.output.contains("\nUsage: kubectl tokenxchange [COMMAND] [OPTIONS]\n"))
    let help = try await run("help", "version")
    #expect(help.output.hasPrefix("Usage: kubectl tokenxchange version [OPTIONS]\n"))
    #expect(help.output.hasSuffix("Example:\n  kubectl tokenxchange version --output=json\n"))
    let plain = try await ProcessRunner(TestBinary.path, ["version"]).result()
    let version = try await run("version")
    #expect(version.output == plain.output)
  }

  @Test(
    "kubectl authenticates, with and without provideClusterInfo", arguments: ["v1", "v1beta1"],
    [false, true])
  func authenticates(_ version: String, _ providesClusterInfo: Bool) async throws {
    let file = try kubeconfig(version: version, providesClusterInfo: providesClusterInfo)
    let result = try await kubectl(
      file, "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"
    )
    .result()
    #expect(result.errors == "")
    #expect(result.output == user)
    #expect(result.ending == .exit(0))
    // One process, one plugin run, one exchange.
    #expect(plugin.site.dex.tokenRequests == 1)
    let token = try #require(plugin.site.apiServer.tokens.last)
    #expect(JWT(token)?.isSigned(byOneOf: [plugin.site.dex.configuration.signingKey]) == true)
  }

  @Test("kubectl runs the plugin again after a 401")
  func runsAgainAfter401() async throws {
    plugin.site.apiServer.rejectNext(1)
    let result = try await kubectl(try kubeconfig(), "get", "namespaces", "-o", "name").result()
    // client-go returns the first 401 to its caller; discovery, which runs first, ignores it.
    #expect(plugin.site.dex.tokenRequests == 2)
    #expect(Set(plugin.site.apiServer.tokens).count >= 1)
    #expect(result.output.contains("namespace/"))
    #expect(result.ending == .exit(0))
  }

  @Test("kubectl shows the plugin's error")
  func showsPluginError() async throws {
    let file = try kubeconfig(client: "nobody")
    let result = try await kubectl(file, "auth", "whoami").result()
    #expect(result.output == "")
    #expect(result.ending == .exit(1))
    let lines = plugin.masked(result.errors).split(separator: "\n").map(String.init)
    #expect(
      lines.first
        == "tokenxchange: Dex at http://DEX/dex/token rejected the exchange: 401 invalid_client: "
        + "Invalid client credentials.")
    #expect(lines.dropFirst().first?.hasPrefix("hint: Dex has no client nobody") == true)
    #expect(
      lines.last?.hasSuffix(
        "getting credentials: exec: executable \(TestBinary.path) failed with exit code 5") == true)
  }

  @Test("twenty concurrent kubectl processes succeed")
  func concurrentRuns() async throws {
    let file = try kubeconfig()
    let outputs = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<20 {
        let run = try kubectl(file, "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}")
        group.addTask {
          let result = try await run.result()
          return result.output + result.errors
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outputs == Array(repeating: user, count: 20))
    #expect(plugin.site.dex.tokenRequests == 20)
  }
}
