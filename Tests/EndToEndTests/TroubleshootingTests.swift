import Foundation
import TestSupport
import Testing

/// Each row of the troubleshooting table: the message appears, and the command shows the cause.
struct TroubleshootingTests {
  @Test("the plugin prints the message", arguments: TroubleshootingRow.ofPlugin)
  func pluginMessage(_ row: TroubleshootingRow) async throws {
    let fixture = try TroubleshootingStage()
    try row.reproduce(fixture)
    let result = try await fixture.getToken()
    #expect(result.code != 0)
    let line = result.errors.split(separator: "\n").first.map(String.init) ?? ""
    expect(line, contains: row.parts)
    try await expectDoctor(row, fixture)
  }

  @Test(
    "kubectl prints the message",
    .enabled(
      if: TLSFront.isAvailable && TestBinary.find("kubectl") != nil,
      "kubectl and nginx are needed: client-go runs no plugin without TLS"),
    arguments: TroubleshootingRow.ofClient)
  func kubectlMessage(_ row: TroubleshootingRow) async throws {
    let fixture = try TroubleshootingStage(forKubectl: true)
    try row.reproduce(fixture)
    let result = try await fixture.kubectl()
    #expect(result.code != 0)
    expect(result.errors, contains: row.parts)
    try await expectDoctor(row, fixture)
  }

  @Test("the doctor shows the cause of a logged error", arguments: TroubleshootingRow.ofLogs)
  func commandShowsCause(_ row: TroubleshootingRow) async throws {
    let fixture = try TroubleshootingStage()
    try row.reproduce(fixture)
    try await expectDoctor(row, fixture)
  }

  /// The README contains every row.
  @Test("the README's table contains every row")
  func tableInReadme() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let texts = ["README.md"].compactMap {
      try? String(contentsOf: root.appending(path: $0), encoding: .utf8)
    }
    let lines = texts.flatMap { $0.split(separator: "\n").map(String.init) }
    let all = TroubleshootingRow.ofPlugin + TroubleshootingRow.ofClient + TroubleshootingRow.ofLogs
    for row in all where !lines.contains(row.markdown) {
      Issue.record("not in the README: \(row.markdown)")
    }
  }

  private func expectDoctor(_ row: TroubleshootingRow, _ fixture: TroubleshootingStage) async throws
  {
    let output = try await fixture.doctor().output
    #expect(output.contains(row.output), "\(output)")
  }

  private func expect(_ text: String, contains parts: [String]) {
    var rest = text[...]
    for part in parts {
      let range = rest.firstRange(of: part)
      #expect(range != nil, "\(part) | \(text)")
      if let range { rest = rest[range.upperBound...] }
    }
  }
}
