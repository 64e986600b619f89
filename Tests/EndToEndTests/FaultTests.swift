import Foundation
import StandIns
import TestSupport
import Testing

/// Faults in Dex or in a server in front of it.
struct FaultTests {
  static let busyHint =
    "Dex or the ingress in front of it is down or overloaded: check its pods and log"
  static let rateHint = "an ingress or proxy in front of Dex limits the rate; Dex itself does not"
  static let resetHint = "Dex or a proxy in front of it closed the connection: check their logs"
  static let cutHint =
    "a proxy, ingress or captive portal in between truncated or replaced the response"
  static let timeHint =
    "Dex or a proxy in front of it is slow or stuck, often because Dex cannot fetch the cluster's "
    + "keys: check its log; --timeout allows more time"
  static let wrongHint =
    "this is not a response of Dex's token endpoint: does --issuer or --token-url point to Dex?"
  static let url = "http://DEX/dex/token"

  /// A persistent fault, and the resulting message.
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var fault: DexFault
    var flags: [String] = []
    var code: Int32
    var attempts: Int
    var message: String
    var hint: String

    init(
      _ name: String, _ fault: DexFault, _ flags: [String] = [], code: Int32, attempts: Int,
      _ message: String, hint: String
    ) {
      testDescription = name
      self.fault = fault
      self.flags = flags
      self.code = code
      self.attempts = attempts
      self.message = message
      self.hint = hint
    }
  }

  static let rows = [
    Row(
      "reset", .delivery(.reset), code: 4, attempts: 3,
      "the connection to DEX closed before the response was complete (3 attempts)", hint: resetHint),
    Row(
      "dropped", .delivery(.dropped), code: 4, attempts: 3,
      "the connection to DEX closed before the response was complete (3 attempts)", hint: resetHint),
    Row(
      "truncated", .truncatedBody, code: 4, attempts: 3,
      "the connection to DEX closed before the response was complete (3 attempts)", hint: resetHint),
    Row(
      "hang", .delivery(.hang), ["--timeout", "1500ms"], code: 4, attempts: 1,
      "DEX did not respond within 1.5 s", hint: timeHint),
    Row(
      "slow status line", .delivering(.slow(bytes: 1, interval: 0.2)), ["--timeout=2s"], code: 4,
      attempts: 1, "DEX did not respond within 2 s", hint: timeHint),
    Row(
      "slow trickle", .delivering(.slow(bytes: 40, interval: 0.5)), ["--timeout=2s"], code: 4,
      attempts: 1, "the response from DEX was incomplete after 2 s", hint: timeHint),
    Row(
      "endless trickle", .delivery(.endless(bytes: 1, interval: 0.1)), ["--timeout=2s"], code: 4,
      attempts: 1, "the response from DEX was incomplete after 2 s", hint: timeHint),
    Row(
      "429", .status(429), code: 4, attempts: 3,
      "\(url) returned 429: status 429 (3 attempts)", hint: rateHint),
    Row(
      "429, Retry-After too long", .tooManyRequests(retryAfter: "600"), code: 4, attempts: 1,
      "\(url) returned 429: status 429; retry after 10 min", hint: rateHint),
    Row(
      "429, Retry-After past the deadline", .tooManyRequests(retryAfter: "4"), ["--timeout", "3s"],
      code: 4, attempts: 1, "\(url) returned 429: status 429; retry after 4 s", hint: rateHint),
    Row(
      "500", .status(500), code: 4, attempts: 2,
      "\(url) returned 500: status 500 (2 attempts)", hint: busyHint),
    Row(
      "500 with an OAuth error", .oauth("server_error", status: 500), code: 5, attempts: 2,
      "Dex at \(url) rejected the exchange: 500 server_error (no error_description) (2 attempts)",
      hint: "Dex's storage or signing keys failed: check Dex's log"),
    Row(
      "502", .status(502), code: 4, attempts: 3,
      "\(url) returned 502: status 502 (3 attempts)", hint: busyHint),
    Row(
      "503", .status(503), code: 4, attempts: 3,
      "\(url) returned 503: status 503 (3 attempts)", hint: busyHint),
    Row(
      "504", .status(504), code: 4, attempts: 3,
      "\(url) returned 504: status 504 (3 attempts)", hint: busyHint),
    Row(
      "HTML 502", .html(status: 502), code: 4, attempts: 3,
      "\(url) returned 502 with a web page (3 attempts)", hint: busyHint),
    Row(
      "HTML 200", .html(status: 200), code: 6, attempts: 1,
      "\(url) returned 200 with a web page instead of JSON",
      hint:
        "the URL is not the token endpoint, or an ingress responded: --issuer takes the issuer, "
        + "--token-url the complete URL of the endpoint"),
    Row(
      "HTML 403", .html(status: 403), code: 6, attempts: 1,
      "\(url) returned 403 with a web page and no OAuth error",
      hint:
        "Dex sends no such response: check the ingress, proxy or login page in front of it"
    ),
    Row(
      "huge", .delivery(.huge(mebibytes: 8)), code: 6, attempts: 1,
      "the response from \(url) is larger than 1 MiB", hint: wrongHint),
    Row(
      "empty", .empty, code: 6, attempts: 1, "\(url) returned 200 with an empty body",
      hint: "Dex sends no such response: does --issuer or --token-url point to Dex?"),
    Row(
      "no token", .changingJSON { $0["access_token"] = nil }, code: 6, attempts: 1,
      "the response from \(url) has no access_token", hint: wrongHint),
    Row(
      "200 with an OAuth error", .oauth("access_denied", "No.", status: 200), code: 5, attempts: 1,
      "Dex at \(url) rejected the exchange: 200 access_denied: No.", hint: "*"),
    Row(
      "400", .oauth("invalid_request", "Bad.", status: 400), code: 5, attempts: 1,
      "Dex at \(url) rejected the exchange: 400 invalid_request: Bad.", hint: "*"),
  ]

  @Test(
    "persistent faults have the expected message, hint, exit code and number of requests",
    arguments: rows)
  func reportsFault(_ row: Row) async throws {
    let plugin = try Plugin()
    plugin.site.dex.inject(row.fault.forever)
    let result = try await plugin.run(plugin.flags + row.flags)
    Self.expect(result, row.code, row.message, hint: row.hint, plugin)
    #expect(plugin.site.dex.tokenRequests == row.attempts)
    // The default timeout is ten seconds; the rest is a margin for a busy machine.
    #expect(result.duration < (row.flags.isEmpty ? 25 : 15))
  }

  private static func expect(
    _ result: ProcessResult, _ code: Int32, _ message: String, hint: String, _ plugin: Plugin
  ) {
    guard hint == "*" else {
      return plugin.expectFailure(result, code, message, hint: hint)
    }
    let lines = plugin.masked(result.errors)
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(result.ending == .exit(code))
    #expect(result.output == "")
    #expect(lines.count == 3 && lines.last == "")
    #expect(lines.first == "tokenxchange: \(message)")
    #expect(lines[1].hasPrefix("hint: "))
  }

  @Test("truncated JSON: exit 6 after one attempt")
  func truncatedJSON() async throws {
    let plugin = try Plugin()
    plugin.site.dex.inject(.truncatedJSON)
    let result = try await plugin.run()
    #expect(result.errors.contains(#/returned 200 with \d+ bytes that are not complete JSON\n/#))
    #expect(result.errors.hasSuffix("\nhint: \(Self.cutHint)\n"))
    #expect(result.ending == .exit(6))
    #expect(result.output == "")
    #expect(plugin.site.dex.tokenRequests == 1)
  }

  @Test("connection refused: exit 4 after three attempts")
  func connectionRefused() async throws {
    let plugin = try Plugin()
    plugin.site.dex.stop()
    let result = try await plugin.run()
    plugin.expectFailure(
      result, 4, "DEX refused the connection (3 attempts)",
      hint: "is Dex listening on that port? a Service refuses connections while no pod is "
        + "ready")
    #expect(result.duration < 20)
  }

  /// Temporary faults, and the number of requests until success.
  static let passing: [(String, [DexFault], Int)] = [
    ("500", [.status(500)], 2), ("503 twice", [.status(503), .status(503)], 3),
    ("502 with a page", [.html(status: 502)], 2), ("504, 429", [.status(504), .status(429)], 3),
    ("a reset", [.delivery(.reset)], 2), ("closed", [.delivery(.dropped)], 2),
    ("cut off", [.truncatedBody], 2),
    ("slow, but complete", [.delivering(.slow(bytes: 200, interval: 0.05))], 1),
    ("late", [.delay(1)], 1),
  ]

  @Test("temporary faults are retried", arguments: passing)
  func recovers(_ name: String, _ faults: [DexFault], _ requests: Int) async throws {
    let plugin = try Plugin()
    plugin.site.dex.inject(faults)
    try plugin.expectCredential(try await plugin.run(plugin.flags + ["--timeout", "40s"]))
    #expect(plugin.site.dex.tokenRequests == requests)
  }

  @Test("a run succeeds once Dex is up, and waits for Retry-After")
  func recoversAfterRestart() async throws {
    let plugin = try Plugin()
    plugin.site.dex.stop()
    plugin.site.dex.inject(.tooManyRequests(retryAfter: "1"))
    let failed = try await plugin.run()
    #expect(failed.ending == .exit(4))
    try plugin.site.dex.server.resume()
    let result = try await plugin.run(plugin.flags + ["--timeout", "40s"])
    try plugin.expectCredential(result)
    // Retry-After is the minimum delay.
    #expect(result.duration >= 1)
    #expect(plugin.site.dex.tokenRequests == 2)
  }

  @Test("redirects are not followed", arguments: [301, 302, 303, 307, 308])
  func redirect(_ status: Int) async throws {
    let plugin = try Plugin()
    let evil = try LoopbackServer { _ in .json(["access_token": "evil", "expires_in": 600]) }
    defer { evil.stop() }
    plugin.site.dex.inject(.redirect(to: evil.url + "/token?secret=1", status: status))
    let result = try await plugin.run()
    plugin.expectFailure(
      result, 6, "\(Self.url) returned \(status) with a redirect to \(evil.url)",
      hint: "redirects are not followed, because they would send the token to another server; "
        + "use the final URL in --issuer or --token-url")
    #expect(evil.connectionCount == 0)
    #expect(plugin.site.dex.tokenRequests == 1)
  }
}
