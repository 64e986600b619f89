import TestSupport
import Testing

@testable import tokenxchange

/// Every fault that a user can meet: its two lines and its exit code, in one reviewed file.
@Suite struct FaultTableTests {
  @Test func allFaultsAreAsReviewed() {
    var text = ""
    let faults =
      FaultTable.usage + FaultTable.files + FaultTable.subject + FaultTable.transport
      + FaultTable.answers + FaultTable.refusals + FaultTable.loginFaults
    for fault in faults {
      let code = fault.world.run(fault.arguments)
      #expect(fault.world.stdout == "", "\(fault.name)")
      let lines = fault.world.stderr.split(separator: "\n")
        .filter { !$0.hasPrefix("tokenxchange: warning: ") && !fault.shown.contains(String($0)) }
      #expect(lines.count == 2, "\(fault.name): \(fault.world.stderr)")
      #expect(!fault.world.stderr.contains("hunter2"), "\(fault.name)")
      #expect(!fault.world.stderr.contains("c2VjcmV0LXNpZ25hdHVyZQ"), "\(fault.name)")
      text += "\(fault.name): exit \(code.rawValue)\n" + lines.map { "  \($0)\n" }.joined()
    }
    #expect(Golden.difference(text, from: "faults.txt") == nil)
  }
}
