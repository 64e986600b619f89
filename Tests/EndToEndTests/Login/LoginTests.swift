import Foundation
import StandIns
import TestSupport
import Testing

/// Sign-ins of one user in a terminal.
@Suite(
  .enabled(if: LoginFixture.hasTerminals, "script(1) is not installed: apt-get install bsdutils"))
struct LoginTests {
  private let fixture: LoginFixture

  init() throws { fixture = try LoginFixture() }

  @Test("a manual sign-in shows the page, the code and the user")
  func signIn() async throws {
    let result = try await fixture.signIn()
    #expect(result.code == 0)
    #expect(
      fixture.masked(result.output) == """
        To sign in at DEX, open
            http://DEX/dex/device?user_code=CODE
        and confirm the code CODE within 5 min.
        Signed in as kilgore@kilgore.trout, until TIME (in SPAN), then renewed automatically.
        In RBAC, as generate api-server maps it: user dex:mock:0-385-28089-0, group dex:authors.

        """)
    let next = try await fixture.plain().result()
    let jwt = try #require(JWT(next.token ?? ""))
    #expect(jwt.claims["email"] == "kilgore@kilgore.trout")
    #expect(jwt.claims["aud"] == "target-cluster")
    #expect(fixture.signIns == 1)
    let form = fixture.dex.server.requests.first { $0.path.hasSuffix("/device/code") }
    #expect(form?.formValue("scope") == "openid profile email groups offline_access federated:id")
  }

  @Test("without a terminal: exit 7, and the command to run")
  func noTerminal() async throws {
    for (environment, remedy) in [
      (
        LoginFixture.kubectl,
        "kubectl auth whoami, or tokenxchange login --kubeconfig=FILE --context=NAME"
      ),
      (
        [:],
        "PROGRAM login --issuer=http://DEX/dex --client-id=target-cluster --cache-dir=DIR/cache"
      ),
    ] {
      let result = try await fixture.plain(environment: environment).result()
      #expect(result.code == 7)
      #expect(result.stdout.isEmpty)
      #expect(
        fixture.masked(result.errors) == """
          tokenxchange: a sign-in at DEX is required, and stderr is not a terminal
          hint: run this first, in a terminal: \(remedy)

          """)
    }
    #expect(fixture.signIns == 0)
  }

  /// A shell splits the suggested command into the same words, so that it uses the same cache
  /// entry.
  @Test(
    "the command that exit 7 suggests signs in for the next run",
    arguments: [
      ["--scopes=openid  email", "--scopes=offline_access"], ["--cache-dir=cache/a  b'c$(id)\n*d"],
      ["--client-id=conf-client", "--client-id=target-cluster", "--client-secret="],
      ["--audience=target-cluster", "--expiry-margin=5s", "--timeout=20s"],
    ])
  func rerunCommand(words: [String]) async throws {
    let words = words.map { $0.replacing("=cache/", with: "=\(fixture.directory)/") }
    func run() async throws -> ProcessResult {
      try await LoginRun(
        fixture: fixture,
        runner: ProcessRunner(TestBinary.path, ["login"] + fixture.flags + words),
        isOnTerminal: false
      ).result()
    }
    let denied = try await run()
    #expect(denied.code == 7)
    let hint = "hint: run this first, in a terminal: "
    let line = denied.errors.split(separator: "\n").first { $0.hasPrefix(hint) }
    let command = try fixture.home.write(
      String(try #require(line).dropFirst(hint.count)) + " --no-browser\n", to: "command")
    let running = try fixture.onTerminal(shell: "bash '\(command)'").start()
    try await fixture.approve()
    #expect(await running.result.code == 0)
    let next = try await run()
    #expect(next.token != nil, "\(next.errors)")
    #expect(fixture.signIns == 1)
  }

  @Test("the credential is written to a file, not to a terminal")
  func outputFile() async throws {
    let file = fixture.home.path("credential")
    let running = try fixture.onTerminal("--no-browser", output: file).start()
    try await fixture.approve()
    #expect(await running.result.code == 0)
    let credential = try JSONValue(parsing: [UInt8](Data(contentsOf: URL(filePath: file))))
    #expect(credential["kind"] == "ExecCredential")
    #expect(JWT(credential["status"]?["token"]?.string ?? "") != nil)
  }

  @Test("an expiring token is refreshed silently")
  func silentRefresh() async throws {
    // The lifetime begins at the approval, and the poll that returns the token may be late.
    fixture.dex.update { $0.tokenLifetime = 5 }
    #expect(try await fixture.signIn().code == 0)
    var tokens: Set<String> = []
    for count in 1...2 {
      try await Task.sleep(for: .seconds(5.1))
      let result = try await fixture.plain().result()
      #expect(result.errors == "")
      tokens.insert(result.token ?? "none")
      #expect(fixture.refreshes == count)
    }
    #expect(tokens.count == 2 && !tokens.contains("none"))
    #expect(fixture.signIns == 1)
  }

  @Test("if the refresh token is revoked, a valid token is used until it expires")
  func revokedRefreshToken() async throws {
    fixture.dex.update { $0.tokenLifetime = 40 }
    #expect(try await fixture.signIn().code == 0)
    // Simulates that the same user signed in on another machine.
    fixture.dex.revokeRefreshTokens()
    for _ in 1...2 {
      let result = try await fixture.plain().result()
      #expect(result.token != nil, "\(result.errors)")
    }
    #expect(fixture.refreshes == 1)
    #expect(fixture.signIns == 1)
  }

  @Test("an expired token whose refresh token is revoked requires a new sign-in")
  func newSignIn() async throws {
    // The token expires soon, but not before a late poll.
    fixture.dex.update { $0.tokenLifetime = 9 }
    #expect(try await fixture.signIn().code == 0)
    fixture.dex.revokeRefreshTokens()
    #expect(try await fixture.plain().result().code == 7)
    #expect(fixture.signIns == 1)
    fixture.dex.update { $0.tokenLifetime = 600 }
    #expect(try await fixture.signIn().code == 0)
    #expect(fixture.signIns == 2)
    #expect(try await fixture.plain().result().token != nil)
  }

  @Test("a valid token is used while Dex is down")
  func dexDown() async throws {
    fixture.dex.update { $0.tokenLifetime = 45 }
    #expect(try await fixture.signIn().code == 0)
    // A refresh is due, and the token is still valid for half a minute.
    fixture.dex.inject(.html(status: 200))
    #expect(try await fixture.plain().result().token != nil)
    #expect(fixture.refreshes == 1)
    fixture.dex.stop()
    for _ in 1...2 {
      let result = try await fixture.plain().result()
      #expect(result.token != nil, "\(result.errors)")
    }
    try? FileManager.default.removeItem(atPath: fixture.directory)
    let terminal = try await fixture.onTerminal("--no-browser").result()
    #expect(terminal.code == 4)
  }

  @Test("without a refresh token, a message explains what to configure")
  func noRefreshToken() async throws {
    fixture.dex.update { $0.connectors[1].refreshes = false }
    let result = try await fixture.signIn()
    #expect(result.code == 0)
    #expect(result.output.contains("Dex returned no refresh token"))
    #expect(result.output.contains("oauth2.grantTypes"))
    #expect(try await fixture.plain().result().token != nil)
    #expect(fixture.signIns == 1)
  }

  @Test(
    "a user without an email address is shown with another name",
    arguments: [
      (
        DexIdentity(connector: "mock", userID: "u1", name: "Ada"), "Signed in as Ada, until"
      ),
      (
        DexIdentity(connector: "mock", userID: "u2", preferredName: "ada", groups: ["a", "b"]),
        "user dex:mock:u2, groups dex:a, dex:b."
      ),
      (DexIdentity(connector: "mock", userID: "u3"), "Signed in as CgJ1MxIEbW9jaw, until"),
    ])
  func names(identity: DexIdentity, greeting: String) async throws {
    #expect(try await fixture.signIn(as: identity).output.contains(greeting))
  }

  @Test("a disabled device flow is detected before the user is prompted")
  func disabledDeviceFlow() async throws {
    fixture.dex.update { $0.grants.removeAll { $0 == GrantType.deviceCode } }
    let result = try await fixture.onTerminal("--no-browser").result()
    #expect(result.code == 5)
    #expect(!result.output.contains("To sign in"))
    #expect(result.output.contains("oauth2.grantTypes"))
  }

  @Test(
    "an unknown client is detected before the user is prompted", arguments: ["browser", "device"])
  func unknownClient(flow: String) async throws {
    for isNext in [false, true] {
      fixture.dex.update { $0.isNextVersion = isNext }
      let result = try await fixture.onTerminal(
        "--no-browser", "--flow=\(flow)", client: "unknown"
      ).result()
      #expect(result.code == 5)
      #expect(
        fixture.masked(result.output) == """
          tokenxchange: Dex at http://DEX/dex has no client unknown
          hint: compare --client-id with staticClients in Dex's config.yaml

          """)
    }
  }

  @Test("network failures while polling are retried")
  func networkFailures() async throws {
    let running = try fixture.onTerminal("--no-browser").start()
    try await running.says("and confirm the code")
    fixture.dex.inject(.delivery(.reset), .status(503))
    fixture.dex.approve()
    #expect(await running.result.code == 0)
    #expect(fixture.dex.pendingFaults == 0)
  }

  @Test("--force signs in again, and logout removes the sign-in")
  func forceAndLogout() async throws {
    #expect(try await fixture.signIn().code == 0)
    let running = try fixture.onTerminal("--no-browser", "--force").start()
    try await fixture.approve()
    #expect(await running.result.code == 0)
    #expect(fixture.signIns == 2)
    let logout = try await ProcessRunner(
      TestBinary.path, ["logout", "--cache-dir", fixture.directory]
    )
    .result()
    #expect(
      fixture.masked(logout.output) == """
        removed the sign-in of kilgore@kilgore.trout at http://DEX/dex for target-cluster
        removed 1 entry from DIR/cache

        """)
    #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.directory) == [])
    #expect(try await fixture.plain().result().code == 7)
  }

  @Test("a damaged entry requires a new sign-in")
  func damagedEntry() async throws {
    #expect(try await fixture.signIn().code == 0)
    let files = try FileManager.default.contentsOfDirectory(atPath: fixture.directory)
    let file = fixture.directory + "/" + (try #require(files.first { $0.hasSuffix(".login") }))
    let content = try Data(contentsOf: URL(filePath: file))
    try content.dropLast().write(to: URL(filePath: file))
    let result = try await fixture.plain("--verbose").result()
    #expect(result.code == 7)
    #expect(result.errors.contains("cache: the entry is damaged or belongs to another key"))
    #expect(fixture.refreshes == 0)
  }

  @Test("--no-cache stores nothing and requests no refresh token")
  func noCache() async throws {
    let result = try await fixture.signIn("--no-cache")
    #expect(result.code == 0)
    #expect(fixture.masked(result.output).contains("until TIME (in SPAN).\nIn RBAC"))
    #expect(!FileManager.default.fileExists(atPath: fixture.directory))
    let form = fixture.dex.server.requests.first { $0.path.hasSuffix("/device/code") }
    #expect(form?.formValue("scope") == "openid profile email groups federated:id")
    let next = try await fixture.plain("--no-cache").result()
    #expect(next.code == 7)
    #expect(
      fixture.masked(next.errors) == """
        tokenxchange: a sign-in at DEX is required, and stderr is not a terminal; with --no-cache, no \
        tokens are stored
        hint: omit --no-cache, and run this first, in a terminal: PROGRAM login \
        --issuer=http://DEX/dex --client-id=target-cluster --cache-dir=DIR/cache

        """)
  }

  @Test("tokens that cannot be stored are reported")
  func unusableCache() async throws {
    try FileManager.default.createDirectory(
      atPath: fixture.directory, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o755])
    let result = try await fixture.signIn()
    #expect(result.code == 0)
    #expect(
      fixture.masked(result.output).hasSuffix(
        "The tokens are not stored, so the next run requires a new sign-in: other users can access "
          + "the directory DIR/cache: its mode must be 0700.\n"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.directory) == [])
  }
}
