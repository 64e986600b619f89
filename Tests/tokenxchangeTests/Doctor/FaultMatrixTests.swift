import Encoding
import Foundation
import Platform
import StandIns
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// For each fault, method and source of the plugin's options, the first step that is not ok reports
/// the fault.
struct FaultMatrixTests {
  @Test(
    "the first finding for get-token reports the fault",
    arguments: Fault.beforeDex + Fault.atDex + Fault.rights,
    [DoctorPlan.Source.options, .kubeconfig, .argoCDSecret])
  func getToken(_ fault: Fault, _ source: DoctorPlan.Source) async throws {
    try await expectFirstFinding(of: fault, .getToken, source)
  }

  @Test(
    "the first finding for token-file reports the fault",
    arguments: Fault.ofTokenFile + Fault.rights,
    [DoctorPlan.Source.command, .kubeconfig, .argoCDSecret])
  func tokenFile(_ fault: Fault, _ source: DoctorPlan.Source) async throws {
    try await expectFirstFinding(of: fault, .tokenFile, source)
  }

  @Test(
    "the first finding for login reports the fault",
    arguments: Fault.ofLogin + (Fault.beforeDex + Fault.atDex).filter(\.fitsLogin) + Fault.rights,
    [DoctorPlan.Source.command, .kubeconfig, .argoCDSecret])
  func login(_ fault: Fault, _ source: DoctorPlan.Source) async throws {
    try await expectFirstFinding(of: fault, .login, source)
  }

  private func expectFirstFinding(
    of fault: Fault, _ method: AuthenticationMethod, _ source: DoctorPlan.Source
  ) async throws {
    // Rows that require TLS are skipped if nginx is not installed.
    if fault.needsTLS, !TLSFront.isAvailable {
      print("SKIPPED: \(fault): nginx is not installed (apt-get install nginx-light)")
      return
    }
    guard fault.fits(source) else { return }
    let fixture = try FaultFixture(tls: fault.needsTLS ? .dex : [], method, from: source)
    try fault.cause(fixture)
    let outcome = try await fixture.run("doctor", "--output=json")
    // A warning of one method may be followed by a failure of another.
    if method == .getToken || fault.status == .failed { #expect(outcome.code == fault.code) }
    #expect(outcome.errors.isEmpty)
    #expect(!fixture.wasCommandRun)
    let report = try #require(JSON(parsing: Array(outcome.output.utf8)), "\(outcome)")
    #expect(report["method"]?.string == method.rawValue)
    #expect(report["source"]?.string == source.rawValue)
    let first = try #require(
      report.steps.first { ["warning", "failed"].contains($0["status"]?.string) },
      "\(outcome.output)")
    #expect(first["name"]?.string == fault.step.rawValue)
    #expect(first["status"]?.string == fault.status.rawValue)
    let line = first["line"]?.string ?? ""
    #expect(line.contains(fault.line), "\(line)")
    guard case .array(let findings) = first["findings"], let finding = findings.first,
      let hint = finding["hint"]?.string
    else {
      Issue.record("no hint")
      return
    }
    #expect(finding["id"]?.string == fault.identifier)
    var rest = hint[...]
    for part in fault.hints {
      let range = rest.firstRange(of: part)
      #expect(range != nil, "\(part) | \(hint)")
      if let range { rest = rest[range.upperBound...] }
    }
    expectNoSecrets(in: outcome.output, fixture)
  }

  @Test(
    "without a fault: exit 0, and the verdict is \"works\"",
    arguments: [
      (AuthenticationMethod.getToken, DoctorPlan.Source.options), (.getToken, .kubeconfig),
      (.getToken, .argoCDSecret), (.getToken, .command), (.tokenFile, .command),
      (.tokenFile, .kubeconfig), (.tokenFile, .argoCDSecret), (.login, .command),
      (.login, .kubeconfig), (.login, .argoCDSecret),
    ])
  func noFault(_ method: AuthenticationMethod, _ source: DoctorPlan.Source) async throws {
    let fixture = try FaultFixture(method, from: source)
    let outcome = try await fixture.run("doctor")
    #expect(outcome.code == .done)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.first == "works", "\(outcome.output)")
    #expect(lines.last == "works", "\(outcome.output)")
    // One line for each step.
    let steps = Doctor.steps(method).count + (source == .options ? 0 : 1)
    #expect(lines.count == steps + 2, "\(outcome.output)")
    let complete = try await fixture.run("doctor", "--verbose")
    #expect(complete.output.split(separator: "\n").count > 2 * lines.count)
    #expect(!fixture.wasCommandRun)
    expectNoSecrets(in: outcome.output + complete.output + complete.errors, fixture)
  }

  @Test("JSON has the same steps as the text, in the same order")
  func sameSteps() async throws {
    let fixture = try FaultFixture(.login, from: .kubeconfig)
    let text = try await fixture.run("doctor").output
    let json = try await fixture.run("doctor", "--output=json").output
    let report = try #require(JSON(parsing: Array(json.utf8)))
    let numbered = report.steps.map { step in
      "\(Int(step["number"]?.lenientNumber ?? 0)). \(step["name"]?.string ?? ""): "
        + (step["status"]?.string ?? "")
    }
    let lines = text.split(separator: "\n").dropFirst().dropLast()
    #expect(lines.map { $0.split(separator: ": ").prefix(2).joined(separator: ": ") } == numbered)
  }

  @Test("if Dex has new keys, the stored token's key is named, and the user must sign in again")
  func newKeys() async throws {
    let fixture = try FaultFixture(.login, from: .kubeconfig)
    let key = try RSAKey.other
    fixture.site.dex.update { $0.signingKey = key }
    fixture.site.apiServer.update { $0.keys = [key] }
    fixture.site.dex.revokeRefreshTokens()
    let outcome = try await fixture.run("doctor", "--output=json")
    #expect(outcome.code == .loginRequired)
    let report = try #require(JSON(parsing: Array(outcome.output.utf8)))
    #expect(
      report.identifiers == [
        "refresh-token-rejected", "token-unknown-key", "api-server-unauthorized",
      ])
    let hint = report.steps.first { $0["name"]?.string == "API server" }?.firstHint ?? ""
    #expect(hint.hasPrefix("likely: (1) Dex does not publish the token's key"))
    #expect(!hint.contains("cannot fetch"))
  }

  @Test(
    "the doctor uses the refresh token once and stores the next one, so the sign-in still works")
  func refreshIsStored() async throws {
    let fixture = try FaultFixture(.login, from: .command)
    fixture.site.dex.update { $0.refreshReuseInterval = 0 }
    for _ in 0..<3 { #expect(try await fixture.run("doctor").code == .done) }
  }

  @Test(
    "the doctor shows the sign-in flows that a client allows",
    arguments: [
      ([], nil, ["allowed", "allowed"], []),
      (
        ["/device/callback"], nil,
        [
          "the client target-cluster does not allow the redirect to http://127.0.0.1:8000/callback",
          "allowed",
        ], []
      ),
      (
        ["http://localhost:9000"], "9000",
        [
          "allowed",
          "the client target-cluster does not allow the redirect to /device/callback, which Dex's "
            + "device code page requires",
        ], ["device-flow-not-allowed"]
      ),
    ])
  func flows(
    redirectURIs: [String], listenPort: String?, facts: [String], identifiers: [String]
  ) async throws {
    let fixture = try FaultFixture(.login, from: .command)
    fixture.site.dex.update { $0.clients[0].redirectURIs = redirectURIs }
    fixture.flags["listen-port"] = listenPort
    let outcome = try await fixture.run("doctor", "--output=json")
    #expect(outcome.code == .done)
    let report = try #require(JSON(parsing: Array(outcome.output.utf8)))
    let step = try #require(report.steps.first { $0["name"]?.string == "sign-in" })
    #expect(step["facts"]?["browser flow"]?.string == facts[0])
    #expect(step["facts"]?["device flow"]?.string == facts[1])
    #expect(report.identifiers == identifiers)
  }

  @Test("a cached token with a key that Dex no longer has is a warning")
  func cachedToken() async throws {
    let fixture = try FaultFixture(.getToken, from: .kubeconfig)
    fixture.flags["cache-dir"] = fixture.directory.path("tokens")
    fixture.variables["KUBERNETES_EXEC_INFO"] = nil
    #expect(try await fixture.run("get-token").code == .done)
    let key = try RSAKey.other
    fixture.site.dex.update { $0.signingKey = key }
    fixture.site.apiServer.update { $0.keys = [key] }
    let outcome = try await fixture.run("doctor", "--output=json")
    #expect(outcome.code == .done, "\(outcome.output)")
    let report = try #require(JSON(parsing: Array(outcome.output.utf8)))
    #expect(report.identifiers.contains("cached-token-unknown-key"), "\(outcome.output)")
  }

  private func expectNoSecrets(in text: String, _ fixture: FaultFixture) {
    for secret in fixture.secrets {
      let signature = secret.split(separator: ".").last.map(String.init) ?? secret
      #expect(!text.contains(signature))
    }
  }
}

extension JSON {
  fileprivate var steps: [JSON] {
    if case .array(let steps) = self["steps"] { steps } else { [] }
  }

  private var findings: [JSON] {
    if case .array(let findings) = self["findings"] { findings } else { [] }
  }

  /// The identifiers of all findings in a report.
  fileprivate var identifiers: [String] {
    steps.flatMap(\.findings).compactMap { $0["id"]?.string }
  }

  fileprivate var firstHint: String? { findings.first?["hint"]?.string }
}
