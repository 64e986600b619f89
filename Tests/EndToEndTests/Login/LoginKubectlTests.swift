import Foundation
import TestSupport
import Testing

/// A real kubectl with a user's kubeconfig from `generate`, and an API server that maps users as
/// `generate api-server --login-connector` configures it.
@Suite(
  .enabled(
    if: TestBinary.find("kubectl") != nil && TLSFront.isAvailable && LoginStage.hasTerminals,
    "kubectl, nginx or script is not installed"))
struct LoginKubectlTests {
  private let stage: LoginStage
  private let environment: [String: String]

  init() throws {
    stage = try LoginStage(tokenLife: 5, tls: [.dex, .apiServer])
    stage.site.apiServer.update {
      $0.userPrefix = "dex:mock:"
      $0.groupsPrefix = "dex:"
      $0.connector = "mock"
    }
    let directories = [TestBinary.find("kubectl") ?? "", TestBinary.path].map {
      URL(filePath: $0).deletingLastPathComponent().path
    }
    environment = [
      "HOME": stage.home.path, "KUBECACHEDIR": stage.directory,
      "KUBECONFIG": stage.home.path("config"),
      "PATH": (directories + ["/usr/bin", "/bin"]).joined(separator: ":"), "SHELL": "/bin/sh",
    ]
  }

  private func generate() async throws {
    let authority = stage.site.authorityFile ?? ""
    let generated = try await ProcessRunner(
      TestBinary.path,
      [
        "generate", "kubeconfig", "--auth=login", "--server=\(stage.site.apiServerURL)",
        "--server-ca=\(authority)", "--issuer=\(stage.dex.issuer)", "--client-id=target-cluster",
        "--certificate-authority=\(authority)", "--output=\(stage.home.path("config"))",
      ]
    ).result()
    #expect(generated.errors == "")
  }

  private func whoami() async throws -> ProcessResult {
    try await ProcessRunner(
      "kubectl", ["auth", "whoami", "-o", "json"], environment: environment
    ).result()
  }

  private func expectKilgore(_ result: ProcessResult) throws {
    #expect(result.errors == "")
    let user = try JSONValue(parsing: result.stdout)["status"]?["userInfo"]
    #expect(user?["username"] == "dex:mock:0-385-28089-0")
    #expect(user?["groups"] == ["dex:authors", "system:authenticated"])
  }

  @Test("one sign-in, then a silent refresh, then the cached token")
  func signInOnce() async throws {
    try await generate()

    let denied = try await whoami()
    #expect(denied.errors.contains("failed with exit code 7"))
    let hint = "hint: run this first, in a terminal: kubectl auth whoami, with the same kubeconfig"
    #expect(denied.errors.contains(hint))

    // The command of the hint, typed into a terminal.
    let running = try stage.onTerminal(
      shell: "kubectl auth whoami", environment: environment
    ).start()
    try await stage.approve()
    let first = await running.result
    #expect(first.output.contains("dex:mock:0-385-28089-0"), "\(first.output)")

    // The ID token has expired.
    try await Task.sleep(for: .seconds(5.2))
    stage.dex.update { $0.tokenLifetime = 600 }
    try expectKilgore(await whoami())
    #expect(stage.refreshes == 1)
    let requests = stage.dex.tokenRequests
    for _ in 1...2 { try expectKilgore(await whoami()) }
    #expect(stage.dex.tokenRequests == requests)
    #expect(stage.signIns == 1)
  }

  /// kubectl sets interactive: false if its stdin is not a terminal; what counts is stderr.
  @Test("kubectl itself shows the page and the code")
  func signInByKubectl() async throws {
    stage.dex.update { $0.tokenLifetime = 600 }
    try await generate()
    let line = "kubectl auth whoami < /dev/null"
    let running = try stage.onTerminal(shell: line, environment: environment).start()
    try await stage.approve()
    let result = await running.result
    #expect(result.output.contains("To sign in at "))
    #expect(result.output.contains("dex:mock:0-385-28089-0"), "\(result.output)")
    try expectKilgore(await whoami())
    #expect(stage.signIns == 1)
  }
}
