import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// A real kubectl with a user's kubeconfig from `generate`, and an API server that maps users as
/// `generate api-server --login-connector` configures it.
@Suite(
  .enabled(
    if: TestBinary.find("kubectl") != nil && TLSFront.isAvailable && LoginFixture.hasTerminals,
    "kubectl, nginx or script is not installed"))
struct LoginKubectlTests {
  private let fixture: LoginFixture
  private let environment: [String: String]

  init() throws {
    fixture = try LoginFixture(tokenLifetime: 5, tls: [.dex, .apiServer])
    fixture.site.apiServer.update {
      $0.userPrefix = "dex:mock:"
      $0.groupsPrefix = "dex:"
      $0.connector = "mock"
    }
    let directories = [TestBinary.find("kubectl") ?? "", TestBinary.path].map {
      URL(filePath: $0).deletingLastPathComponent().path
    }
    environment = [
      "HOME": fixture.home.path, "KUBECACHEDIR": fixture.directory,
      "KUBECONFIG": fixture.home.path("config"),
      "PATH": (directories + ["/usr/bin", "/bin"]).joined(separator: ":"), "SHELL": "/bin/sh",
    ]
  }

  private func generate() async throws {
    let authority = fixture.site.authorityFile ?? ""
    let generated = try await ProcessRunner(
      TestBinary.path,
      [
        "generate", "kubeconfig", "--auth=login", "--server=\(fixture.site.apiServerURL)",
        "--server-ca=\(authority)", "--issuer=\(fixture.dex.issuer)", "--client-id=target-cluster",
        "--certificate-authority=\(authority)", "--output=\(fixture.home.path("config"))",
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

  @Test("one sign-in is followed by a silent refresh, and then by the cached token")
  func signInOnce() async throws {
    try await generate()

    let denied = try await whoami()
    #expect(denied.errors.contains("failed with exit code 7"))
    let hint = "hint: run this first, in a terminal: kubectl auth whoami, or tokenxchange login --"
    #expect(denied.errors.contains(hint))

    // The command from the hint, run in a terminal.
    let running = try fixture.onTerminal(
      shell: "kubectl auth whoami", environment: environment
    ).start()
    try await fixture.approve()
    let first = await running.result
    #expect(first.output.contains("dex:mock:0-385-28089-0"), "\(first.output)")

    // The ID token has expired.
    try await Task.sleep(for: .seconds(5.2))
    fixture.dex.update { $0.tokenLifetime = 600 }
    try expectKilgore(await whoami())
    #expect(fixture.refreshes == 1)
    let requests = fixture.dex.tokenRequests
    for _ in 1...2 { try expectKilgore(await whoami()) }
    #expect(fixture.dex.tokenRequests == requests)
    #expect(fixture.signIns == 1)
  }

  /// kubectl sets interactive: false if its stdin is not a terminal, but the plugin only needs
  /// stderr.
  @Test("kubectl shows the page and the code")
  func signInByKubectl() async throws {
    fixture.dex.update { $0.tokenLifetime = 600 }
    try await generate()
    let line = "kubectl auth whoami < /dev/null"
    let running = try fixture.onTerminal(shell: line, environment: environment).start()
    try await fixture.approve()
    let result = await running.result
    #expect(result.output.contains("To sign in at "))
    #expect(result.output.contains("dex:mock:0-385-28089-0"), "\(result.output)")
    try expectKilgore(await whoami())
    #expect(fixture.signIns == 1)
  }

  /// A browser that writes the URL to a file.
  private func browserEnvironment() throws -> [String: String] {
    let log = fixture.home.path("pages")
    let browser = try fixture.home.write(
      "#!/bin/sh\necho \"$1\" >>'\(log)'\n", to: "browser", mode: 0o700)
    return environment.merging(["BROWSER": browser]) { $1 }
  }

  private var pages: [String] {
    let text = try? String(contentsOfFile: fixture.home.path("pages"), encoding: .utf8)
    return (text ?? "").split(separator: "\n").map(String.init)
  }

  private func page(_ count: Int) async throws -> String {
    for _ in 0..<3000 where pages.count < count { try await Task.sleep(for: .milliseconds(10)) }
    return try #require(pages.last)
  }

  private func visit(_ page: String) async throws {
    let browser = FakeBrowser(fixture.site)
    let last = try await onThread { try browser.open(page) }
    #expect(last.text == "Signed in, you can close this window.\n", "\(last.trail)")
  }

  @Test("kubectl continues after the sign-in in the browser")
  func browserFlow() async throws {
    fixture.dex.update { $0.tokenLifetime = 600 }
    try await generate()
    let running = try fixture.onTerminal(
      shell: "kubectl auth whoami", environment: browserEnvironment()
    ).start()
    try await visit(try await page(1))
    let result = await running.result
    #expect(result.output.contains("dex:mock:0-385-28089-0"), "\(result.output)")
    try expectKilgore(await whoami())
    #expect(pages.count == 1)
    #expect(fixture.signIns == 0)
  }

  @Test("kubectl without a discovery cache repeats a rejected sign-in, but only one page opens")
  func refused() async throws {
    try await generate()
    let running = try fixture.onTerminal(
      shell: "kubectl get ns", environment: browserEnvironment()
    ).start()
    let url = try await page(1)
    let fields = FormFields.decode(String(url.drop { $0 != "?" }.dropFirst()))
    let state = fields.first { $0.name == "state" }?.value ?? ""
    let callback = fields.first { $0.name == "redirect_uri" }?.value ?? ""
    let client = FakeBrowser()
    _ = try await onThread { try client.open("\(callback)?error=access_denied&state=\(state)") }
    let result = await running.result
    #expect(result.output.contains("failed with exit code 5"), "\(result.output)")
    #expect(result.output.ranges(of: "tokenxchange: Dex at ").count >= 2)
    #expect(result.output.ranges(of: "To sign in at ").count == 1)
    #expect(pages.count == 1)
  }

  @Test("if kubectl is killed while login waits, the next kubectl can complete the sign-in")
  func killedKubectl() async throws {
    fixture.dex.update { $0.tokenLifetime = 600 }
    try await generate()
    let file = fixture.home.path("kubectl.pid")
    let first = try fixture.onTerminal(
      shell: "sh -c 'echo $$ >\(file); exec kubectl auth whoami'; sleep 60",
      environment: browserEnvironment()
    ).start()
    let abandoned = try await page(1)
    let pid = try String(contentsOfFile: file, encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    kill(try #require(Int32(pid)), SIGKILL)
    let second = try fixture.onTerminal(
      shell: "kubectl auth whoami", environment: browserEnvironment()
    ).start()
    let next = try await page(2)
    #expect(next != abandoned)
    try await visit(next)
    let result = await second.result
    #expect(result.output.contains("dex:mock:0-385-28089-0"), "\(result.output)")
    #expect(first.process.outputSoFar.contains("no process waits for its result"))
    first.process.send(signal: SIGKILL)
    _ = await first.result
  }

  @Test("login --kubeconfig signs in for kubectl, and flags override those in the kubeconfig")
  func kubeconfig() async throws {
    fixture.dex.update { $0.tokenLifetime = 600 }
    try await generate()
    let line = "tokenxchange login --kubeconfig=config --context=NAME --no-browser"
    let config = fixture.home.path("config")
    let contexts = try await ProcessRunner(
      "kubectl", ["config", "get-contexts", "-o", "name"], environment: environment
    ).result()
    let name = contexts.output.trimmingCharacters(in: .whitespacesAndNewlines)
    let running = try fixture.onTerminal(
      shell: line.replacing("NAME", with: name).replacing("=config", with: "=\(config)"),
      environment: environment
    ).start()
    try await fixture.approve()
    let result = await running.result
    #expect(result.output.contains("Signed in as kilgore@kilgore.trout"), "\(result.output)")
    try expectKilgore(await whoami())
    #expect(fixture.signIns == 1)
  }

  @Test("login --kubeconfig with a context that does not use login: exit 2")
  func otherContext() async throws {
    let generated = try await ProcessRunner(
      TestBinary.path,
      [
        "generate", "kubeconfig", "--auth=token-file", "--token-file=/token",
        "--server=\(fixture.site.apiServerURL)", "--server-ca=\(fixture.site.authorityFile ?? "")",
        "--cluster-name=target", "--output=\(fixture.home.path("config"))",
      ]
    ).result()
    #expect(generated.errors == "")
    let result = try await ProcessRunner(
      TestBinary.path, ["login", "--kubeconfig=\(fixture.home.path("config"))"],
      environment: environment
    ).result()
    #expect(result.code == 2)
    #expect(
      result.errors == """
        tokenxchange: the user of the context "target" does not run tokenxchange login
        hint: tokenxchange generate kubeconfig --auth=login writes one that does

        """)
  }
}
