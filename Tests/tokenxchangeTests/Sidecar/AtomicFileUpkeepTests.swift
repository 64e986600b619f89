import Foundation
import Glibc
import TestSupport
import Testing
import TokenExchange

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

  @Test(.enabled(if: geteuid() == 0 && TestBinary.find("mount") != nil, "needs root and mount"))
  func saysWhyAMountedFileCannotBeReplaced() async throws {
    let file = try folder.write("old", to: "token")
    let mounted = try await ProcessRunner(
      "mount", ["--bind", file, file], environment: ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"]
    ).result()
    guard mounted.code == 0 else { return }
    defer { umount2(file, 2) }
    let fault = #expect(throws: WriteFault.self) {
      try AtomicFile.replace(file, with: Array("new".utf8))
    }
    #expect(
      fault?.hint
        == "a file that is a mount of its own, such as a subPath, cannot be replaced: mount its "
        + "folder")
    #expect(names == ["token"])
  }

  @Test(.enabled(if: geteuid() == 0 && TestBinary.find("mount") != nil, "needs root and mount"))
  func aFullDiskIsNobodysMistake() async throws {
    let mounted = try await ProcessRunner(
      "mount", ["-t", "tmpfs", "-o", "size=4k", "none", folder.path],
      environment: ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"]
    ).result()
    guard mounted.code == 0 else { return }
    defer { umount2(folder.path, 2) }
    try Data(count: 4096).write(to: URL(filePath: folder.path("full")))
    let fault = try #require(
      #expect(throws: WriteFault.self) { try AtomicFile.testWriting(folder.path("token")) })
    #expect(Problem.notWritten(fault, source: "--write").category == .unexpected)
    #expect(names == ["full"])
  }

  @Test func removesOnce() throws {
    let file = try folder.write("x", to: "token")
    try AtomicFile.remove(file)
    try AtomicFile.remove(file)
    #expect(names.isEmpty)
  }
}
