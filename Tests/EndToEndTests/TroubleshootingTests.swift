import Foundation
import TestSupport
import Testing

/// For each row of the troubleshooting table, the message appears, and the command shows the cause.
struct TroubleshootingTests {
  @Test("the plugin prints the message", arguments: TroubleshootingRow.ofPlugin)
  func pluginMessage(_ row: TroubleshootingRow) async throws {
    let fixture = try TroubleshootingFixture()
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
      "kubectl and nginx are required: client-go runs no plugin without TLS"),
    arguments: TroubleshootingRow.ofClient)
  func kubectlMessage(_ row: TroubleshootingRow) async throws {
    let fixture = try TroubleshootingFixture(forKubectl: true)
    try row.reproduce(fixture)
    let result = try await fixture.kubectl()
    #expect(result.code != 0)
    expect(result.errors, contains: row.parts)
    try await expectDoctor(row, fixture)
  }

  @Test("the doctor shows the cause of a logged error", arguments: TroubleshootingRow.ofLogs)
  func commandShowsCause(_ row: TroubleshootingRow) async throws {
    let fixture = try TroubleshootingFixture()
    try row.reproduce(fixture)
    try await expectDoctor(row, fixture)
  }

  /// The messages in the README's table.
  private static let common = [
    "the token file … does not exist", "the token in … expired … ago", "could not resolve host …",
    "… refused the connection",
    "… rejected the exchange: 401 access_denied (no error_description)",
    "… rejected the exchange: 400 invalid_request: Requested connector does not exist.",
    "… rejected the exchange: 401 invalid_client: Invalid client credentials.",
    "getting credentials: exec: executable tokenxchange not found",
    "You must be logged in to the server …",
    #"is forbidden: User "system:serviceaccount:…" cannot list"#,
  ]

  private static let all =
    TroubleshootingRow.ofPlugin + TroubleshootingRow.ofClient + TroubleshootingRow.ofLogs

  private static let mark = "<!-- Written by TroubleshootingTests: RECORD=1 make test. -->\n\n"
  private static let end = "\n<!-- end of the table -->\n"

  /// With `RECORD=1`, the tables are rewritten.
  @Test(
    "the tables in the documents are up to date",
    arguments: [
      ("README.md", all.filter { common.contains($0.symptom) }, common.count),
      ("Sources/tokenxchange/Documentation/troubleshooting.md", all, all.count),
    ])
  func tables(_ path: String, _ rows: [TroubleshootingRow], _ count: Int) throws {
    #expect(rows.count == count)
    let text = try Repository.text(path)
    let mark = try #require(text.firstRange(of: Self.mark))
    let end = try #require(text.firstRange(of: Self.end))
    let table =
      (["| message | where | cause | command that shows it |", "| --- | --- | --- | --- |"]
      + rows.map(\.markdown)).map { $0 + "\n" }.joined()
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      try (text[..<mark.upperBound] + table + text[end.lowerBound...]).write(
        to: Repository.root.appending(path: path), atomically: true, encoding: .utf8)
    }
    #expect(text[mark.upperBound..<end.lowerBound] == table)
  }

  private func expectDoctor(_ row: TroubleshootingRow, _ fixture: TroubleshootingFixture)
    async throws
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
