import Foundation
import StandIns
import Synchronization
import TestSupport
import Testing

/// The stand-in's device flow and refreshes, with a test clock.
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
    let response = site.dex.respond(
      to: LoopbackRequest(
        method: "POST", target: "/dex" + path,
        headers: [(name: "Content-Type", value: "application/x-www-form-urlencoded")],
        body: Array(fields.utf8)))
    return try JSONValue(parsing: response.body)
  }

  private func begin(_ client: String = "target-cluster") throws -> String {
    let response = try post(
      "/device/code", "client_id=\(client)&scope=openid+email+groups+profile+offline_access")
    return try #require(response["device_code"]?.string)
  }

  private func poll(_ code: String) throws -> JSONValue {
    try post(
      "/token", "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=\(code)")
  }

  private func refresh(_ token: String, _ client: String = "target-cluster") throws -> JSONValue {
    try post("/token", "grant_type=refresh_token&client_id=\(client)&refresh_token=\(token)")
  }

  @Test("a poll that is too early increases the interval")
  func slowDown() throws {
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

  @Test("a device code for an unknown client cannot be approved")
  func unknownClient() throws {
    let code = try begin("nobody")
    #expect(site.dex.approve() == false)
    #expect(try poll(code)["error"] == "authorization_pending")
  }

  @Test("refresh tokens rotate")
  func refreshTokenRotation() throws {
    let code = try begin()
    #expect(site.dex.approve())
    let first = try #require(try poll(code)["refresh_token"]?.string)
    clock.advance(10)
    let response = try refresh(first)
    #expect(JWT(response["id_token"]?.string ?? "")?.claims["email"] == "kilgore@kilgore.trout")
    let second = try #require(response["refresh_token"]?.string)
    #expect(second != first)
    #expect(try refresh(second, "trusting-cluster")["error"] == "invalid_grant")
    #expect(try refresh(first)["error"] == "invalid_request")
    #expect(try refresh(second)["refresh_token"] != nil)
  }

  @Test("a second sign-in invalidates the refresh token of the first")
  func secondLogin() throws {
    let code = try begin()
    site.dex.approve()
    let first = try #require(try poll(code)["refresh_token"]?.string)
    _ = try begin()
    site.dex.approve()
    #expect(try refresh(first)["error"] == "invalid_request")
  }

  @Test("a connector that does not support refresh returns no refresh token")
  func connectorWithoutRefresh() throws {
    site.dex.update { $0.connectors[1].refreshes = false }
    let code = try begin()
    site.dex.approve()
    let response = try poll(code)
    #expect(response["id_token"] != nil)
    #expect(response["refresh_token"] == nil)
  }

  /// The runner must know these secrets to detect them in a program's output.
  @Test("the process runner detects device codes and refresh tokens")
  func runnerDetectsLoginSecrets() async throws {
    let code = try begin()
    site.dex.approve()
    let first = try #require(try poll(code)["refresh_token"]?.string)
    let second = try #require(try refresh(first)["refresh_token"]?.string)
    for secret in [code, first, second] {
      let result = try await ProcessRunner("/bin/sh", ["-c", "echo \"$0\" >&2", secret]).result()
      #expect(result.errors.hasPrefix("SECRETS SHOWN: a code, verifier or refresh token on stderr"))
    }
  }
}
