import Foundation
import TestSupport
import Testing

/// Every row of the troubleshooting table: the symptom is seen, and the command shows the cause.
struct TroubleshootingTests {
  @Test(arguments: Trouble.ofPlugin)
  func thePluginSaysSo(_ trouble: Trouble) async throws {
    let stage = try TroubleStage()
    try trouble.bring(stage)
    let result = try await stage.getToken()
    #expect(result.code != 0)
    let line = result.errors.split(separator: "\n").first.map(String.init) ?? ""
    expect(line, holds: trouble.parts)
    try await expectDoctor(trouble, stage)
  }

  @Test(
    .enabled(
      if: TLSFront.isAvailable && TestBinary.find("kubectl") != nil,
      "kubectl and nginx are needed: client-go runs no plugin without TLS"),
    arguments: Trouble.ofClient)
  func kubectlSaysSo(_ trouble: Trouble) async throws {
    let stage = try TroubleStage(forKubectl: true)
    try trouble.bring(stage)
    let result = try await stage.kubectl()
    #expect(result.code != 0)
    expect(result.errors, holds: trouble.parts)
    try await expectDoctor(trouble, stage)
  }

  @Test(arguments: Trouble.ofLogs)
  func theCommandShowsIt(_ trouble: Trouble) async throws {
    let stage = try TroubleStage()
    try trouble.bring(stage)
    try await expectDoctor(trouble, stage)
  }

  /// The table in the README is this one.
  @Test func theTableIsComplete() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let texts = ["README.md"].compactMap {
      try? String(contentsOf: root.appending(path: $0), encoding: .utf8)
    }
    let lines = texts.flatMap { $0.split(separator: "\n").map(String.init) }
    let all = Trouble.ofPlugin + Trouble.ofClient + Trouble.ofLogs
    for trouble in all where !lines.contains(trouble.markdown) {
      Issue.record("not in the README: \(trouble.markdown)")
    }
  }

  private func expectDoctor(_ trouble: Trouble, _ stage: TroubleStage) async throws {
    let output = try await stage.doctor().output
    #expect(output.contains(trouble.shows), "\(output)")
  }

  private func expect(_ text: String, holds parts: [String]) {
    var rest = text[...]
    for part in parts {
      let range = rest.firstRange(of: part)
      #expect(range != nil, "\(part) | \(text)")
      if let range { rest = rest[range.upperBound...] }
    }
  }
}
