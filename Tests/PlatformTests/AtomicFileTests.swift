import Foundation
import Glibc
import Platform
import TestSupport
import Testing

/// Replacing, testing and removing files.
struct AtomicFileTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []).sorted()
  }

  @Test("testing whether a path is writable leaves no file") func writeTest() throws {
    try AtomicFile.testWriting(directory.path("token"))
    #expect(names.isEmpty)
    try directory.write("old", to: "token")
    try AtomicFile.testWriting(directory.path("token"))
    #expect(names == ["token"])
  }

  @Test(
    "paths that cannot be replaced are rejected",
    arguments: ["missing/token", "", "/dev/null", "/dev/full", "/proc/token"])
  func rejectedPaths(_ path: String) {
    #expect(throws: FileWriteError.self) {
      try AtomicFile.testWriting(path.hasPrefix("/") ? path : directory.path(path))
    }
    #expect(names.isEmpty)
  }

  @Test("only old temporary files are removed") func oldTemporaryFiles() throws {
    let old = try directory.write("x", to: ".token.tokenxchange-1")
    let fresh = ".token.tokenxchange-2"
    try directory.write("x", to: fresh)
    let others = ".other.tokenxchange-1"
    for name in [old, try directory.write("x", to: others)] {
      var times = [timeval(), timeval()]
      #expect(utimes(name, &times) == 0)
    }
    AtomicFile.removeLeftovers(of: directory.path("token"))
    #expect(names == [others, fresh])
  }

  @Test(
    "a mount point cannot be replaced, and the error names it",
    .enabled(if: geteuid() == 0 && TestBinary.find("mount") != nil, "needs root and mount"))
  func mountedFile() async throws {
    let file = try directory.write("old", to: "token")
    let mounted = try await ProcessRunner(
      "mount", ["--bind", file, file], environment: ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"]
    ).result()
    guard mounted.code == 0 else { return }
    defer { umount2(file, 2) }
    let fault = #expect(throws: FileWriteError.self) {
      try AtomicFile.replace(file, with: Array("new".utf8))
    }
    #expect(fault == .system(.replace(file), errno: EBUSY))
    #expect(names == ["token"])
  }

  @Test(
    "a full disk is reported",
    .enabled(if: geteuid() == 0 && TestBinary.find("mount") != nil, "needs root and mount"))
  func fullDisk() async throws {
    let mounted = try await ProcessRunner(
      "mount", ["-t", "tmpfs", "-o", "size=4k", "none", directory.path],
      environment: ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"]
    ).result()
    guard mounted.code == 0 else { return }
    defer { umount2(directory.path, 2) }
    try Data(count: 4096).write(to: URL(filePath: directory.path("full")))
    let fault = try #require(
      #expect(throws: FileWriteError.self) { try AtomicFile.testWriting(directory.path("token")) })
    #expect(fault == .system(.write(directory.path("token")), errno: ENOSPC))
    #expect(names == ["full"])
  }

  @Test("devices, open files and links to them are never replaced")
  func kernelDirectories() throws {
    for (name, target) in [
      ("out", "/dev/stdout"), ("fd", "/proc/self/fd"), ("further", "out"), ("mine", "token"),
      ("dangling", "nothing"),
    ] {
      #expect(symlink(target, directory.path(name)) == 0)
    }
    let rejected = [
      "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/../dev/new", directory.path("out"),
      directory.path("further"), directory.path("fd/1"),
    ]
    for path in rejected {
      #expect(throws: FileWriteError.notReplaceable(path)) { try AtomicFile.testWriting(path) }
    }
    try directory.write("x", to: "token")
    for path in ["mine", "dangling", "new"].map(directory.path) {
      try AtomicFile.testWriting(path)
    }
    #expect(Set(names) == ["out", "fd", "further", "mine", "dangling", "token"])
    // A file system that other programs write to, too.
    if access("/dev/shm", W_OK) == 0 {
      try AtomicFile.testWriting("/dev/shm/\(URL(filePath: directory.path).lastPathComponent)")
    }
  }

  @Test("removing a missing file is not an error") func removeTwice() throws {
    let file = try directory.write("x", to: "token")
    try AtomicFile.remove(file)
    try AtomicFile.remove(file)
    #expect(names.isEmpty)
  }

  /// The kind of file at a path before the write.
  enum ExistingFile: String, CaseIterable {
    case nothing, file, link, danglingLink, pipe, socket, directory
  }

  private func put(_ obstacle: ExistingFile) throws -> String {
    let path = directory.path("target")
    switch obstacle {
    case .nothing: break
    case .file: try directory.write("old", to: "target")
    case .link:
      try directory.write("old", to: "real")
      #expect(symlink("real", path) == 0)
    case .danglingLink: #expect(symlink("real", path) == 0)
    case .pipe: #expect(mkfifo(path, 0o600) == 0)
    case .socket: #expect(mknod(path, S_IFSOCK | 0o600, 0) == 0)
    case .directory: #expect(mkdir(path, 0o700) == 0)
    }
    return path
  }

  private func kind(_ name: String) -> FileKind? { Files.live.kind(directory.path(name)) }

  private func text(_ name: String) -> String? {
    try? String(contentsOfFile: directory.path(name), encoding: .utf8)
  }

  @Test(
    "atomic writes replace links, and reject pipes, sockets and directories",
    arguments: ExistingFile.allCases)
  func replaces(_ obstacle: ExistingFile) throws {
    let path = try put(obstacle)
    let kinds: [ExistingFile: FileKind] = [.pipe: .pipe, .socket: .socket, .directory: .directory]
    if let kind = kinds[obstacle] {
      #expect(throws: FileWriteError.notRegular(path, kind)) {
        try AtomicFile.replace(path, with: Array("new".utf8))
      }
      #expect(self.kind("target") == kind)
      #expect(names == ["target"])
    } else {
      try AtomicFile.replace(path, with: Array("new".utf8))
      #expect(kind("target") == .regular)
      #expect(text("target") == "new")
      #expect(text("real") == (obstacle == .link ? "old" : nil))
    }
  }

  @Test(
    "output follows links, and sockets and directories are rejected",
    arguments: ExistingFile.allCases.filter { $0 != .pipe })
  func writesThrough(_ obstacle: ExistingFile) throws {
    let path = try put(obstacle)
    let options = FileWriteOptions(mode: 0o640, writesThrough: true)
    let kinds: [ExistingFile: FileKind] = [.socket: .socket, .directory: .directory]
    if let kind = kinds[obstacle] {
      #expect(throws: FileWriteError.notRegular(path, kind)) {
        try AtomicFile.replace(path, with: Array("new".utf8), options)
      }
    } else {
      try AtomicFile.replace(path, with: Array("new".utf8), options)
      #expect(text("target") == "new")
      let isLink = obstacle == .link || obstacle == .danglingLink
      #expect(kind("target") == (isLink ? .link : .regular))
      #expect(text("real") == (isLink ? "new" : nil))
    }
  }

  @Test("output is written to a pipe, and the pipe remains")
  func writesToPipe() throws {
    let path = try put(.pipe)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    try AtomicFile.replace(
      path, with: Array("new".utf8), FileWriteOptions(mode: 0o640, writesThrough: true))
    #expect(try FileReader.drain(reader, limit: 100) == Array("new".utf8))
    #expect(kind("target") == .pipe)
    #expect(names == ["target"])
  }

  @Test("output is written to a device, and other writes reject devices")
  func device() throws {
    let through = FileWriteOptions(mode: 0o640, writesThrough: true)
    try AtomicFile.replace("/dev/null", with: [1], through)
    #expect(Files.live.kind("/dev/null") == .device)
    #expect(throws: FileWriteError.system(.write("/dev/full"), errno: ENOSPC)) {
      try AtomicFile.replace("/dev/full", with: [1], through)
    }
    #expect(throws: FileWriteError.notRegular("/dev/null", .device)) {
      try AtomicFile.replace("/dev/null", with: [1])
    }
    #expect(Files.live.kind("/dev/null") == .device)
  }

  @Test("a loop of links is an error")
  func loop() throws {
    #expect(symlink("b", directory.path("a")) == 0)
    #expect(symlink("a", directory.path("b")) == 0)
    #expect(throws: FileWriteError.system(.write(directory.path("a")), errno: ELOOP)) {
      try AtomicFile.replace(
        directory.path("a"), with: [1], FileWriteOptions(writesThrough: true))
    }
  }

  @Test(
    "files with names of 255 bytes can be written, even with multibyte characters",
    arguments: ["a", "é", "😀"])
  func longNames(_ character: String) throws {
    let name = String(repeating: character, count: 252 / character.utf8.count)
    try AtomicFile.replace(directory.path(name), with: [1])
    try AtomicFile.testWriting(directory.path(name))
    #expect(names == [name])
  }

  @Test(
    "temporary files are recognized by name",
    arguments: [
      Row("this file's", ".token.tokenxchange-1a2b", true),
      Row("another file's", ".x.tokenxchange-1", false),
      Row("a longer name's", ".x.token.tokenxchange-1", false),
      Row("missing random part", ".token.tokenxchange-", false),
      Row("text after the random part", ".token.tokenxchange-1.txt", false),
      Row("too long", ".token.tokenxchange-12345678901234", false),
      Row("not hidden", "token.tokenxchange-1", false),
      Row("marker twice", ".token.tokenxchange-1a.tokenxchange-", false),
      Row("upper case in the random part", ".token.tokenxchange-1A", false),
    ])
  func temporaryNames(row: Row<String, Bool>) {
    #expect(AtomicFile.isTemporary(row.input, for: "/d/token") == row.output)
  }

  @Test("different paths to the same file are detected")
  func sameFile() throws {
    let file = try directory.write("x", to: "token")
    #expect(symlink(directory.path, directory.path("linked")) == 0)
    #expect(symlink("token", directory.path("alias")) == 0)
    #expect(mkdir(directory.path("sub"), 0o700) == 0)
    for path in ["./token", "/token", "sub/../token", "linked/token", "alias"] {
      #expect(Files.live.isSame(directory.path(path), file), "\(path)")
    }
    for (first, second) in [("new", "linked/new"), ("new", "sub/../new")] {
      #expect(Files.live.isSame(directory.path(first), directory.path(second)), "\(second)")
    }
    for path in ["sub/token", "other", "missing/token"] {
      #expect(!Files.live.isSame(directory.path(path), file), "\(path)")
    }
  }
}
