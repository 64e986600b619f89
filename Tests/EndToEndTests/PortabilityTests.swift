import Foundation
import TestSupport
import Testing

/// Detects code that compiles on one architecture only.
struct PortabilityTests {
  @Test(
    "no C char is taken for a signed one: on aarch64 it need not be",
    arguments: ["Sources", "Tests"])
  func signedChar(_ directory: String) throws {
    let root = Repository.path(directory)
    let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    let sources = names.filter { $0.hasSuffix(".swift") }
    #expect(sources.count > 20)
    for name in sources {
      let text = try Repository.text("\(directory)/\(name)")
      let found = text.firstMatch(of: /UInt8(\.init)?\(bitPattern:/)
      #expect(found == nil, "\(name): use UInt8(truncatingIfNeeded:)")
    }
  }
}
