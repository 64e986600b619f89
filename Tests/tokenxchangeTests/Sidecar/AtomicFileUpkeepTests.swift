import Foundation
import Glibc
import TestSupport
import Testing

@testable import tokenxchange

/// A folder is tested without a trace, and swept of what others left.
struct AtomicFileUpkeepTests {
  let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
  }

  @Test func testsWithoutATrace() throws {
    try AtomicFile.testWriting(folder.path("token"))
    #expect(names.isEmpty)
    try folder.write("old", to: "token")
    try AtomicFile.testWriting(folder.path("token"))
    #expect(names == ["token"])
  }

  @Test(arguments: ["missing/token", "", "/dev/null", "/dev/full", "/proc/token"])
  func refusesWhatCannotBeReplaced(_ path: String) {
    #expect(throws: WriteFault.self) {
      try AtomicFile.testWriting(path.hasPrefix("/") ? path : folder.path(path))
    }
    #expect(names.isEmpty)
  }

  @Test func sweepsOldLeftoversOfItsOwn() throws {
    let old = try folder.write("x", to: ".token.tokenxchange-1")
    let fresh = ".token.tokenxchange-2"
    try folder.write("x", to: fresh)
    let others = ".other.tokenxchange-1"
    for name in [old, try folder.write("x", to: others)] {
      var times = [timeval(), timeval()]
      #expect(utimes(name, &times) == 0)
    }
    AtomicFile.sweep(besides: folder.path("token"))
    #expect(names == [others, fresh])
  }

  @Test func removesOnce() throws {
    let file = try folder.write("x", to: "token")
    try AtomicFile.remove(file)
    try AtomicFile.remove(file)
    #expect(names.isEmpty)
  }
}
