import Foundation
import Testing

@testable import tokenxchange

/// Documentation/doctor.md agrees with the code.
struct FindingReferenceTests {
  @Test("the page is generated from the code: RECORD=1 writes it")
  func page() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources/tokenxchange/Documentation/doctor.md")
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      try FindingIdentifier.reference.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == FindingIdentifier.reference)
  }

  @Test("identifiers are lower-case words with dashes, and each has one meaning")
  func identifiers() {
    let all = FindingIdentifier.allCases
    #expect(
      all.allSatisfy { $0.rawValue.allSatisfy { $0.isLetter && $0.isLowercase || $0 == "-" } })
    #expect(Set(all.map(\.meaning)).count == all.count)
  }
}
