import Foundation
import Synchronization
import TestSupport
import Testing

/// The device flow and refreshes of the stand-in, driven by data and a clock of our own.
struct StandInLoginTests {
  private final class Clock: Sendable {
    let time = Mutex(1_800_000_000.0)
    var now: Date { Date(timeIntervalSince1970: time.withLock { $0 }) }
    func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
  }

  private let clock = Clock()
  private let site: StandInSite

  init() throws {
    site = try StandInSite()
    site.dex.update { [clock] in $0.now = { clock.now } }
  }

  private func post(_ path: String, _ fields: String) throws -> JSONValue {
    let answer = site.dex.answer(
      LoopbackRequest(
        method: "POST", target: "/dex" + path,
        headers: [(name: "Content-Type", value: "application/x-www-form-urlencoded")],
        body: Array(fields.utf8)))
    return try JSONValue(parsing: answer.body)
  }

  private func begin(_ client: String = "target-cluster") throws -> String {
    let answer = try post(
      "/device/code", "client_id=\(client)&scope=openid+email+groups+profile+offline_access")
    return try #require(answer["device_code"]?.string)
  }

  private func poll(_ code: String) throws -> JSONValue {
    try post(
      "/token", "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=\(code)")
  }

  private func refresh(_ token: String, _ client: String = "target-cluster") throws -> JSONValue {
    try post("/token", "grant_type=refresh_token&client_id=\(client)&refresh_token=\(token)")
  }

  @Test func slowsDownUntilThePollerWaits() throws {
    let code = try begin()
    #expect(try poll(code)["error"] == "authorization_pending")
    #expect(try poll(code)["error"] == "slow_down")
    clock.advance(6)
    #expect(try poll(code)["error"] == "slow_down")
    clock.advance(16)
    #expect(try poll(code)["error"] == "authorization_pending")
    clock.advance(300)
    #expect(try poll(code)["error"] == "expired_token")
  }

  @Test func unknownClientNeverGetsApproved() throws {
    let code = try begin("nobody")
    #expect(site.dex.approve() == false)
    #expect(try poll(code)["error"] == "authorization_pending")
  }

  @Test func refreshTokensRotate() throws {
    let code = try begin()
    #expect(site.dex.approve())
    let first = try #require(try poll(code)["refresh_token"]?.string)
    clock.advance(10)
    let answer = try refresh(first)
    #expect(JWT(answer["id_token"]?.string ?? "")?.claims["email"] == "kilgore@kilgore.trout")
    let second = try #require(answer["refresh_token"]?.string)
    #expect(second != first)
    #expect(try refresh(second, "trusting-cluster")["error"] == "invalid_grant")
    #expect(try refresh(first)["error"] == "invalid_request")
    #expect(try refresh(second)["refresh_token"] != nil)
  }

  @Test func secondLoginVoidsTheFirst() throws {
    let code = try begin()
    site.dex.approve()
    let first = try #require(try poll(code)["refresh_token"]?.string)
    _ = try begin()
    site.dex.approve()
    #expect(try refresh(first)["error"] == "invalid_request")
  }

  @Test func connectorWithoutRefreshGivesNone() throws {
    site.dex.update { $0.connectors[1].refreshes = false }
    let code = try begin()
    site.dex.approve()
    let answer = try poll(code)
    #expect(answer["id_token"] != nil)
    #expect(answer["refresh_token"] == nil)
  }

  /// So that no program that any test runs can show them.
  @Test func theRunnerKnowsWhatBringsTokens() async throws {
    let code = try begin()
    site.dex.approve()
    let first = try #require(try poll(code)["refresh_token"]?.string)
    let second = try #require(try refresh(first)["refresh_token"]?.string)
    for secret in [code, first, second] {
      let result = try await ProcessRunner("/bin/sh", ["-c", "echo \"$0\" >&2", secret]).result()
      #expect(result.errors.hasPrefix("SECRETS SHOWN: a device code or refresh token on stderr"))
    }
  }
}
