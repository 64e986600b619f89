import Foundation
import TestSupport
import Testing

@testable import tokenxchange

/// The two lines and the exit code of every fault that a user can encounter, in one reviewed file,
/// with one test case for each fault.
@Suite struct FaultTableTests {
  static let faults =
    FaultTable.usage + FaultTable.files + FaultTable.subject + FaultTable.transport
    + FaultTable.responses + FaultTable.oauthErrors + FaultTable.loginFaults

  /// The file's sections by name.
  static let reviewed: [String: String] = {
    let file = Golden.fixtures().appendingPathComponent("faults.txt")
    var sections: [String: String] = [:]
    var name = ""
    for line in (try? String(contentsOf: file, encoding: .utf8))?.split(separator: "\n") ?? [] {
      if !line.hasPrefix(" ") {
        name = line.firstRange(of: ": exit ").map { String(line[..<$0.lowerBound]) } ?? ""
      }
      sections[name, default: ""] += line + "\n"
    }
    return sections
  }()

  @Test("each fault is reported as in the reviewed file", arguments: faults)
  func isReportedAsReviewed(fault: FaultTable.Fault) {
    #expect(report(fault) == Self.reviewed[fault.name])
  }

  @Test("the reviewed file contains exactly these faults in this order")
  func theFile() {
    #expect(Golden.difference(Self.faults.map(report).joined(), from: "faults.txt") == nil)
  }

  private func report(_ fault: FaultTable.Fault) -> String {
    let world = fault.world()
    let code = world.run(fault.arguments)
    #expect(world.stdout == "", "\(fault.name)")
    let lines = world.stderr.split(separator: "\n")
      .filter { !$0.hasPrefix("tokenxchange: warning: ") && !fault.shown.contains(String($0)) }
    #expect(lines.count == 2, "\(fault.name): \(world.stderr)")
    #expect(!world.stderr.contains("hunter2"), "\(fault.name)")
    #expect(!world.stderr.contains("c2VjcmV0LXNpZ25hdHVyZQ"), "\(fault.name)")
    return "\(fault.name): exit \(code.rawValue)\n" + lines.map { "  \($0)\n" }.joined()
  }
}

extension FaultTable.Fault: CustomTestStringConvertible {
  var testDescription: String { name }
}
