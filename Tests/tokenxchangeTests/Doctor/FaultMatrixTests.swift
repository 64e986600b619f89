import Encoding
import FoundationEssentials
import Platform
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// For each fault, the doctor's first step that is not ok reports it.
struct FaultMatrixTests {
  @Test("the first finding names the fault", arguments: Fault.beforeDex + Fault.atDex)
  func firstFinding(_ fault: Fault) throws {
    // Rows that need TLS are skipped without nginx.
    if fault.needsTLS, !TLSFront.isAvailable {
      print("SKIPPED: \(fault): nginx is not installed (apt-get install nginx-light)")
      return
    }
    let bench = try FaultBench(tls: fault.needsTLS ? .dex : [])
    try fault.cause(bench)
    let outcome = bench.run("doctor", "--output=json")
    #expect(outcome.code == fault.code)
    #expect(outcome.errors.isEmpty)
    let report = try #require(JSON(parsing: Array(outcome.output.utf8)))
    let first = try #require(
      report.steps.first { ["warning", "failed"].contains($0["status"]?.string) })
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
    expectNoSecrets(in: outcome.output, bench)
    if ProcessInfo.processInfo.environment["FAULT_TABLE"] == "1" {
      let number = first["number"]?.lenientNumber ?? 0
      print(
        "| \(fault) | \(Int(number)). \(fault.step.rawValue): \(fault.status.rawValue): \(line) | \(hint) |"
      )
    }
  }

  @Test("no fault: exit 0, no problems found")
  func noFault() throws {
    let bench = try FaultBench()
    let outcome = bench.run("doctor")
    #expect(outcome.code == .done)
    #expect(outcome.output.hasSuffix("no problems found\n"), "\(outcome.output)")
    expectNoSecrets(in: outcome.output, bench)
  }

  private func expectNoSecrets(in text: String, _ bench: FaultBench) {
    let token = (try? bench.volume.token) ?? "no token"
    for secret in [token] + bench.site.apiServer.tokens + Array(bench.variables.values)
    where secret.hasPrefix("eyJ") || secret.contains("secret") {
      let signature = secret.split(separator: ".").last.map(String.init) ?? secret
      #expect(!text.contains(signature))
    }
  }
}

extension ProjectedVolume {
  fileprivate var token: String {
    get throws { String(decoding: try FileReader.read(tokenPath, limit: 1 << 20), as: UTF8.self) }
  }
}

extension JSON {
  fileprivate var steps: [JSON] {
    if case .array(let steps) = self["steps"] { steps } else { [] }
  }
}
