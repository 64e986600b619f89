import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// State that a run keeps for the next one: failed sign-ins, tokens while Dex hangs, and nothing
/// for another user.
@Suite(
  .enabled(if: LoginFixture.hasTerminals, "script(1) is not installed: apt-get install bsdutils"))
struct LoginMemoryTests {
  private let fixture: LoginFixture
  private let browser: String

  init() throws {
    fixture = try LoginFixture()
    let log = fixture.home.path("pages")
    browser = try fixture.home.write(
      "#!/bin/sh\necho \"$1\" >>'\(log)'\n", to: "browser", mode: 0o700)
  }

  private var pages: Int {
    let text = try? String(contentsOfFile: fixture.home.path("pages"), encoding: .utf8)
    return (text ?? "").split(separator: "\n").count
  }

  @Test("kubectl's five runs of a rejected sign-in open one page, and a manual run opens another")
  func refusal() async throws {
    let environment = LoginFixture.kubectl.merging(["BROWSER": browser]) { $1 }
    let words = ([TestBinary.path, "login"] + fixture.flags).map { "'\($0)'" }
    let one = words.joined(separator: " ")
    let run = try fixture.onTerminal(
      shell: "for n in 1 2 3 4 5; do \(one) >/dev/null; echo \"code $?\"; done",
      environment: environment
    ).start()
    let url = try await fixture.page(run)
    let fields = FormFields.decode(String(url.drop { $0 != "?" }.dropFirst()))
    let state = fields.first { $0.name == "state" }?.value ?? ""
    let callback = fields.first { $0.name == "redirect_uri" }?.value ?? ""
    let client = FakeBrowser()
    _ = try await onThread { try client.open("\(callback)?error=access_denied&state=\(state)") }
    let result = await run.result
    #expect(result.output.ranges(of: "code 5").count == 5, "\(result.output)")
    #expect(result.output.ranges(of: "303 access_denied (no error_description)").count == 5)
    #expect(result.output.ranges(of: "To sign in at").count == 1)
    #expect(pages == 1)
    let byHand = try fixture.onTerminal(environment: ["BROWSER": browser]).start()
    _ = try await fixture.page(byHand)
    #expect(pages == 2)
    byHand.process.send(signal: SIGKILL)
    _ = await byHand.result
  }

  @Test("a missing terminal is remembered for kubectl's runs, but not for a run with a terminal")
  func missingTerminal() async throws {
    fixture.dex.update { $0.tokenLifetime = 9 }
    #expect(try await fixture.signIn().code == 0)
    fixture.dex.revokeRefreshTokens()
    try await Task.sleep(for: .seconds(9.1))
    for _ in 1...5 {
      let result = try await fixture.plain(environment: LoginFixture.kubectl).result()
      #expect(result.code == 7)
    }
    #expect(fixture.refreshes == 1)
    fixture.dex.update { $0.tokenLifetime = 600 }
    let run = try fixture.onTerminal(
      "--no-browser", output: "/dev/null", environment: LoginFixture.kubectl
    ).start()
    try await fixture.approve()
    #expect(await run.result.code == 0)
  }

  @Test("if the next Dex hangs on a refresh, one run waits 10 s, and all runs use the valid token")
  func hangingRefresh() async throws {
    fixture.dex.update {
      $0.isNextVersion = true
      $0.hasMemoryStorage = true
      $0.skipsApproval = true
      $0.tokenLifetime = 55
    }
    let signIn = try fixture.onTerminal(environment: ["BROWSER": browser]).start()
    let page = try await fixture.page(signIn)
    let client = FakeBrowser(fixture.site)
    _ = try await onThread { try client.open(page) }
    #expect(await signIn.result.code == 0)
    // The first refresh works, the second hangs, and everything else that needs the storage with
    // it.
    #expect(try await fixture.plain().result().token != nil)
    let hanging = try fixture.plain().start()
    for _ in 0..<500 where fixture.refreshes < 2 { try await Task.sleep(for: .milliseconds(10)) }
    let meanwhile = try await fixture.plain().result()
    #expect(meanwhile.token != nil)
    #expect(meanwhile.duration < 5)
    let result = await hanging.result
    #expect(result.token != nil, "\(result.errors)")
    #expect(result.errors == "")
    #expect(result.duration > 9 && result.duration < 20)
    let next = try await fixture.plain().result()
    #expect(next.token != nil)
    #expect(next.duration < 5)
    #expect(fixture.refreshes == 2)
  }

  @Test("a refresh that removes groups or changes the address is reported once, in one line")
  func lostGroups() async throws {
    fixture.dex.update { $0.tokenLifetime = 45 }
    #expect(try await fixture.signIn().code == 0)
    fixture.dex.update {
      $0.tokenLifetime = 600
      $0.changeClaims = {
        $0["groups"] = nil
        $0["email"] = "other@kilgore.trout"
      }
    }
    let result = try await fixture.plain().result()
    #expect(result.code == 0)
    #expect(
      result.errors == """
        tokenxchange: warning: the refresh removed the group authors from your token; login --force \
        reads them again
        tokenxchange: warning: the refresh changed the email address in your token from \
        kilgore@kilgore.trout to other@kilgore.trout

        """)
    #expect(try await fixture.plain().result().errors == "")
  }

  @Test("a refresh that returns another user is reported, and the valid token is still used")
  func anotherUser() async throws {
    fixture.dex.update { $0.tokenLifetime = 45 }
    #expect(try await fixture.signIn().code == 0)
    fixture.dex.update { $0.changeClaims = { $0["sub"] = "CgR1c2Vy" } }
    let result = try await fixture.plain().result()
    let token = try JSONValue(parsing: result.stdout)["status"]?["token"]?.string
    #expect(JWT(token ?? "")?.claims["sub"] == "Cg0wLTM4NS0yODA4OS0wEgRtb2Nr")
    #expect(
      fixture.masked(result.errors) == """
        tokenxchange: warning: the refreshed token from http://DEX/dex/token belongs to another user: \
        its sub differs from the sign-in's; the stored token is used until it expires

        """)
  }

  @Test("two accounts with one issuer and client use separate cache directories")
  func accounts() async throws {
    let people = ["ada", "bob"].map {
      DexIdentity(connector: "mock", userID: $0, email: "\($0)@example.org")
    }
    for person in people {
      let run = try fixture.onTerminal(
        "--no-browser", "--cache-dir=\(fixture.home.path("cache/" + person.userID))"
      ).start()
      try await fixture.approve(as: person)
      #expect(await run.result.code == 0)
    }
    func email(_ user: String) async throws -> JSONValue? {
      let result = try await fixture.plain("--cache-dir=\(fixture.home.path("cache/" + user))")
        .result()
      return JWT(result.token ?? "")?.claims["email"]
    }
    #expect(try await email("ada") == "ada@example.org")
    #expect(try await email("bob") == "bob@example.org")
    let logout = try await ProcessRunner(
      TestBinary.path, ["logout", "--cache-dir", fixture.home.path("cache/ada")]
    ).result()
    #expect(
      fixture.masked(logout.output) == """
        removed the sign-in of ada@example.org at http://DEX/dex for target-cluster
        removed 1 entry from DIR/cache/ada

        """)
    #expect(try await email("ada") == nil)
    #expect(try await email("bob") == "bob@example.org")
  }

  @Test(
    "root with another user's HOME stores no tokens, creates no files and starts no browser",
    .enabled(if: geteuid() == 0, "requires root"))
  func sudo() async throws {
    let home = fixture.home.path("ada")
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    chown(home, 1000, 1000)
    let words = [
      TestBinary.path, "login", "--issuer=\(fixture.dex.issuer)", "--client-id=target-cluster",
    ]
    let environment = ["HOME": home, "BROWSER": browser]
    let run = try fixture.onTerminal(
      shell: words.map { "'\($0)'" }.joined(separator: " "), environment: environment
    ).start()
    try await fixture.approve()
    let result = await run.result
    #expect(result.code == 0)
    #expect(
      fixture.masked(result.output).hasSuffix(
        """
        The tokens are not stored, so the next run requires a new sign-in: root would create \
        DIR/ada/.kube/cache/tokenxchange in a directory that is owned by uid 1000.

        """))
    #expect(pages == 0)
    let plain = try await ProcessRunner(
      words[0], Array(words.dropFirst()), environment: environment
    ).result()
    #expect(plain.code == 7)
    #expect(plain.errors.contains("is owned by uid 1000"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: home) == [])
  }
}
