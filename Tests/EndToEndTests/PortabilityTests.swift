import Foundation
import TestSupport
import Testing

/// Detects code that compiles on only one architecture.
struct PortabilityTests {
  @Test(
    "C char is never assumed to be signed, because it is unsigned on aarch64",
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
