import Foundation
import TestSupport
import Testing

/// One person at a terminal.
@Suite(
  .enabled(if: LoginStage.hasTerminals, "script(1) is not installed: apt-get install bsdutils"))
struct LoginTests {
  private let stage: LoginStage

  init() throws { stage = try LoginStage() }

  @Test func aSignInByHandEndsWithAFriendlyLine() async throws {
    let result = try await stage.signIn()
    #expect(result.code == 0)
    #expect(
      stage.masked(result.output) == """
        To sign in at DEX, open
            http://DEX/dex/device?user_code=CODE
        and confirm the code CODE, within 5 min.
        Signed in as kilgore@kilgore.trout, in the groups authors, until TIME (in SPAN), then renewed \
        by itself.

        """)
    let next = try await stage.plain().result()
    let jwt = try #require(JWT(next.token ?? ""))
    #expect(jwt.claims["email"] == "kilgore@kilgore.trout")
    #expect(jwt.claims["aud"] == "target-cluster")
    #expect(stage.signIns == 1)
    let form = stage.dex.server.requests.first { $0.path.hasSuffix("/device/code") }
    #expect(form?.formValue("scope") == "openid profile email groups offline_access")
  }

  @Test func nobodyToAskIsExitSeven() async throws {
    for environment in [
      [:],
      [
        "KUBERNETES_EXEC_INFO": #"{"apiVersion":"client.authentication.k8s.io/v1","#
          + #""kind":"ExecCredential","spec":{"interactive":true}}"#
      ],
    ] {
      let result = try await stage.plain(environment: environment).result()
      #expect(result.code == 7)
      #expect(result.stdout.isEmpty)
      #expect(
        stage.masked(result.errors) == """
          tokenxchange: somebody must sign in at DEX, and there is no terminal to ask for it
          hint: run this first, in a terminal: PROGRAM login --issuer=http://DEX/dex \
          --client-id=target-cluster --cache-dir=DIR/cache

          """)
    }
    #expect(stage.signIns == 0)
  }

  /// Whatever the words are, a shell makes the same of them, and they are kept where they are sought.
  @Test(arguments: [
    ["--scopes=openid  email", "--scopes=offline_access"], ["--cache-dir=cache/a  b'c$(id)\n*d"],
    ["--client-id=conf-client", "--client-id=target-cluster", "--client-secret="],
    ["--audience=target-cluster", "--expiry-margin=5s", "--timeout=20s"],
  ])
  func theCommandOfExitSevenHelps(words: [String]) async throws {
    let words = words.map { $0.replacing("=cache/", with: "=\(stage.folder)/") }
    func run() async throws -> ProcessResult {
      try await LoginRun(
        stage: stage,
        runner: ProcessRunner(TestBinary.path, ["login"] + stage.flags + words),
        isOnTerminal: false
      ).result()
    }
    let denied = try await run()
    #expect(denied.code == 7)
    let hint = "hint: run this first, in a terminal: "
    let line = denied.errors.split(separator: "\n").first { $0.hasPrefix(hint) }
    let command = try stage.home.write(
      String(try #require(line).dropFirst(hint.count)) + " --no-browser\n", to: "command")
    let running = try stage.onTerminal(shell: "bash '\(command)'").start()
    try await stage.approve()
    #expect(await running.result.code == 0)
    let next = try await run()
    #expect(next.token != nil, "\(next.errors)")
    #expect(stage.signIns == 1)
  }

  @Test func aPipeGetsTheCredential() async throws {
    let file = stage.home.path("credential")
    let running = try stage.onTerminal("--no-browser", output: file).start()
    try await stage.approve()
    #expect(await running.result.code == 0)
    let credential = try JSONValue(parsing: [UInt8](Data(contentsOf: URL(filePath: file))))
    #expect(credential["kind"] == "ExecCredential")
    #expect(JWT(credential["status"]?["token"]?.string ?? "") != nil)
  }

  @Test func aTokenThatEndsIsRefreshedSilently() async throws {
    // It counts from the approval, and the poll that fetches it may be late.
    stage.dex.update { $0.tokenLifetime = 5 }
    #expect(try await stage.signIn().code == 0)
    var tokens: Set<String> = []
    for count in 1...2 {
      try await Task.sleep(for: .seconds(5.1))
      let result = try await stage.plain().result()
      #expect(result.errors == "")
      tokens.insert(result.token ?? "none")
      #expect(stage.refreshes == count)
    }
    #expect(tokens.count == 2 && !tokens.contains("none"))
    #expect(stage.signIns == 1)
  }

  @Test func aGoodTokenIsUsedToItsEndWhenTheRefreshIsRefused() async throws {
    stage.dex.update { $0.tokenLifetime = 40 }
    #expect(try await stage.signIn().code == 0)
    // As when the same person signs in on another machine.
    stage.dex.revokeRefreshTokens()
    for _ in 1...2 {
      let result = try await stage.plain().result()
      #expect(result.token != nil, "\(result.errors)")
    }
    #expect(stage.refreshes == 1)
    #expect(stage.signIns == 1)
  }

  @Test func aRefusedRefreshLeadsToAnotherSignIn() async throws {
    // Too short to be used to its end, and long enough for a late poll.
    stage.dex.update { $0.tokenLifetime = 9 }
    #expect(try await stage.signIn().code == 0)
    stage.dex.revokeRefreshTokens()
    #expect(try await stage.plain().result().code == 7)
    #expect(stage.signIns == 1)
    stage.dex.update { $0.tokenLifetime = 600 }
    #expect(try await stage.signIn().code == 0)
    #expect(stage.signIns == 2)
    #expect(try await stage.plain().result().token != nil)
  }

  @Test func aDexThatIsGoneDoesNotEndAGoodToken() async throws {
    stage.dex.update { $0.tokenLifetime = 45 }
    #expect(try await stage.signIn().code == 0)
    // It would be time for a refresh, and the token has half a minute.
    stage.dex.inject(.html(status: 200))
    #expect(try await stage.plain().result().token != nil)
    #expect(stage.refreshes == 1)
    stage.dex.stop()
    for _ in 1...2 {
      let result = try await stage.plain().result()
      #expect(result.token != nil, "\(result.errors)")
    }
    try? FileManager.default.removeItem(atPath: stage.folder)
    let terminal = try await stage.onTerminal("--no-browser").result()
    #expect(terminal.code == 4)
  }

  @Test func withoutARefreshTokenItSaysWhatToSet() async throws {
    stage.dex.update { $0.connectors[1].refreshes = false }
    let result = try await stage.signIn()
    #expect(result.code == 0)
    #expect(result.output.contains("Dex gave no refresh token"))
    #expect(result.output.contains("oauth2.grantTypes"))
    #expect(try await stage.plain().result().token != nil)
    #expect(stage.signIns == 1)
  }

  @Test(arguments: [
    (DexIdentity(connector: "mock", userID: "u1", name: "Ada"), "Signed in as Ada, in no groups,"),
    (
      DexIdentity(connector: "mock", userID: "u2", preferredName: "ada", groups: ["a", "b"]),
      "Signed in as ada, in the groups a, b,"
    ),
    (DexIdentity(connector: "mock", userID: "u3"), "Signed in as CgJ1MxIEbW9jaw, in no groups,"),
  ])
  func aPersonNeedsNoEmail(identity: DexIdentity, greeting: String) async throws {
    #expect(try await stage.signIn(as: identity).output.contains(greeting))
  }

  @Test func whoCannotSucceedIsNotAsked() async throws {
    stage.dex.update { $0.grants.removeAll { $0 == GrantType.deviceCode } }
    let result = try await stage.onTerminal("--no-browser").result()
    #expect(result.code == 5)
    #expect(!result.output.contains("To sign in"))
    #expect(result.output.contains("oauth2.grantTypes"))
  }

  @Test func aDeniedOrUnknownOneJustExpires() async throws {
    stage.dex.update { $0.deviceLifetime = 3 }
    let result = try await stage.onTerminal("--no-browser", client: "nobody").result()
    #expect(result.code == 7)
    #expect(stage.masked(result.output).contains("nobody signed in at DEX within"))
    #expect(result.output.contains("when it has no client nobody"))
  }

  @Test func aNetworkThatIsLostInBetweenIsWaitedOut() async throws {
    let running = try stage.onTerminal("--no-browser").start()
    try await running.says("and confirm the code")
    stage.dex.inject(.delivery(.reset), .status(503))
    stage.dex.approve()
    #expect(await running.result.code == 0)
    #expect(stage.dex.pendingFaults == 0)
  }

  @Test func forceAsksAnewAndLogoutForgets() async throws {
    #expect(try await stage.signIn().code == 0)
    let running = try stage.onTerminal("--no-browser", "--force").start()
    try await stage.approve()
    #expect(await running.result.code == 0)
    #expect(stage.signIns == 2)
    let logout = try await ProcessRunner(TestBinary.path, ["logout", "--cache-dir", stage.folder])
      .result()
    #expect(logout.output == "removed 1 entry from \(stage.folder)\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: stage.folder) == [])
    #expect(try await stage.plain().result().code == 7)
  }

  @Test func aDamagedEntryIsNone() async throws {
    #expect(try await stage.signIn().code == 0)
    let files = try FileManager.default.contentsOfDirectory(atPath: stage.folder)
    let file = stage.folder + "/" + (try #require(files.first { $0.hasSuffix(".login") }))
    let content = try Data(contentsOf: URL(filePath: file))
    try content.dropLast().write(to: URL(filePath: file))
    let result = try await stage.plain("--verbose").result()
    #expect(result.code == 7)
    #expect(result.errors.contains("cache: the entry cannot be read or belongs to another key"))
    #expect(stage.refreshes == 0)
  }

  @Test func nothingIsKeptWhenToldSo() async throws {
    let result = try await stage.signIn("--no-cache")
    #expect(result.code == 0)
    #expect(stage.masked(result.output).hasSuffix("until TIME (in SPAN).\n"))
    #expect(!FileManager.default.fileExists(atPath: stage.folder))
    let form = stage.dex.server.requests.first { $0.path.hasSuffix("/device/code") }
    #expect(form?.formValue("scope") == "openid profile email groups")
    let next = try await stage.plain("--no-cache").result()
    #expect(next.code == 7)
    #expect(
      stage.masked(next.errors) == """
        tokenxchange: somebody must sign in at DEX, and there is no terminal to ask for it
        hint: with --no-cache nothing is kept, so every run needs a terminal: leave it out, then run \
        this first, in a terminal: PROGRAM login --issuer=http://DEX/dex --client-id=target-cluster \
        --cache-dir=DIR/cache

        """)
  }

  @Test func whatCannotBeKeptIsTold() async throws {
    try FileManager.default.createDirectory(
      atPath: stage.folder, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o755])
    let result = try await stage.signIn()
    #expect(result.code == 0)
    #expect(
      stage.masked(result.output).hasSuffix(
        "until TIME (in SPAN).\nThis could not be kept, so the next run asks again; --verbose says "
          + "why.\n"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: stage.folder) == [])
  }
}
