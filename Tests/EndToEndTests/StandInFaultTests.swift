import Foundation
import StandIns
import TestSupport
import Testing

/// Injected faults, as seen by a real client, curl.
struct StandInFaultTests {
  /// A fault, and the exit code and status that curl reports.
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var fault: DexFault
    var exit: Int32
    var status: String

    init(_ name: String, _ fault: DexFault, exit: Int32 = 0, status: String) {
      testDescription = name
      self.fault = fault
      self.exit = exit
      self.status = status
    }
  }

  static let rows = [
    Row("429", .tooManyRequests(retryAfter: "1"), status: "429"),
    Row("503", .status(503), status: "503"),
    Row("html", .html(status: 502), status: "502"),
    Row("oauth", .oauth("access_denied", status: 401), status: "401"),
    Row("redirect", .redirect(to: "http://127.0.0.1:1/"), status: "302"),
    Row("empty", .empty, status: "200"),
    Row("reset", .delivery(.reset), exit: 56, status: "000"),
    Row("dropped", .delivery(.dropped), exit: 52, status: "000"),
    Row("hang", .delivery(.hang), exit: 28, status: "000"),
    Row("endless", .delivery(.endless(bytes: 1, interval: 0.05)), exit: 28, status: "200"),
    Row("slow", .delivering(.slow(bytes: 60, interval: 0.01)), status: "400"),
    Row("truncated", .truncatedBody, exit: 18, status: "400"),
    Row("truncated JSON", .truncatedJSON, status: "400"),
    Row("huge", .delivery(.huge(mebibytes: 4)), status: "200"),
    Row("late", .delay(0.1), status: "400"),
  ]

  @Test(
    "each fault affects one request", .enabled(if: TestBinary.find("curl") != nil), arguments: rows)
  func oneFault(_ row: Row) async throws {
    let site = try StandInSite()
    site.dex.inject(row.fault)
    let struck = try await Self.curl(site.dex.tokenURL)
    #expect(struck.code == row.exit)
    #expect(struck.output == row.status)
    let next = try await Self.curl(site.dex.tokenURL)
    #expect(next.output == "400")
    #expect(site.dex.tokenRequests == 2)
    site.stop()
    let refused = try await Self.curl(site.dex.tokenURL)
    #expect(refused.code == 7)
    try site.dex.server.resume()
    #expect(try await Self.curl(site.dex.tokenURL).output == "400")
  }

  @Test(
    "scripts change the configuration of a stand-in",
    .enabled(if: TestBinary.find("curl") != nil))
  func controlEndpoint() async throws {
    let site = try StandInSite()
    let dex = site.dex.server.url + "/_control"
    #expect(
      try await Self.curl(dex, "-d", #"{"staticClients": [{"id": "a"}]}"#).output == "200")
    #expect(site.dex.configuration.clients.map(\.id) == ["a"])
    #expect(try await Self.curl(dex, "-d", "clients: [a]").output == "404")
    let apiServer = site.apiServer.server.url + "/_control"
    #expect(try await Self.curl(apiServer, "-d", #"{"allowed_users": ["a"]}"#).output == "200")
    #expect(site.apiServer.configuration.allowedUsers == ["a"])
    #expect(site.dex.tokenRequests == 0)
  }

  @Test("two hundred concurrent clients are served", .enabled(if: TestBinary.find("curl") != nil))
  func concurrentClients() async throws {
    let site = try StandInSite()
    site.dex.inject(DexFault.delay(0.3).forever)
    let outputs = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<200 { group.addTask { try await Self.curl(site.dex.tokenURL).output } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outputs == Array(repeating: "400", count: 200))
    #expect(site.dex.tokenRequests == 200)
  }

  private static func curl(_ url: String, _ more: String...) async throws -> ProcessResult {
    let curl = TestBinary.find("curl") ?? "curl"
    return try await ProcessRunner(
      curl,
      ["-sS", "-o", "/dev/null", "-w", "%{http_code}", "-m", more.isEmpty ? "20" : "5"]
        + (more.isEmpty ? ["--speed-time", "1", "--speed-limit", "200"] : more) + [url]
    ).result()
  }
}
