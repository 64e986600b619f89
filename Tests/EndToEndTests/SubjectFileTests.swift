import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// Unusable subject token files, with which no request may be sent.
@Suite struct SubjectFileTests {
  /// Creates the file, and the expected message.
  struct Case: Sendable, CustomStringConvertible {
    var description: String
    var make: @Sendable (String) throws -> Void
    var message: String
  }

  static let cases: [Case] = [
    Case(description: "missing", make: { _ in }, message: "the token file FILE does not exist"),
    Case(
      description: "empty", make: { try Data().write(to: URL(filePath: $0)) },
      message: "the token file FILE is empty"),
    Case(
      description: "directory",
      make: {
        try FileManager.default.createDirectory(atPath: $0, withIntermediateDirectories: false)
      },
      message: "the token file FILE is a directory, not a file"),
    Case(
      description: "pipe", make: { #expect(mkfifo($0, 0o600) == 0) },
      message: "the token file FILE is a pipe, not a file"),
    Case(
      description: "socket", make: { #expect(mknod($0, S_IFSOCK | 0o600, 0) == 0) },
      message: "the token file FILE is a socket, not a file"),
    Case(
      description: "over 1 MiB",
      make: { try Data(repeating: 65, count: (1 << 20) + 1).write(to: URL(filePath: $0)) },
      message: "the token file FILE is larger than 1 MiB"),
    Case(
      description: "binary",
      make: { try Data([0, 1, 2, 255]).write(to: URL(filePath: $0)) },
      message: "the token file FILE contains spaces or characters that are invalid in a token"),
    Case(
      description: "dangling link",
      make: {
        try FileManager.default.createSymbolicLink(
          atPath: $0, withDestinationPath: "..data/token")
      },
      message: "the token file FILE does not exist"),
    Case(
      description: "endless device",
      make: {
        try FileManager.default.createSymbolicLink(
          atPath: $0, withDestinationPath: "/dev/zero")
      },
      message: "the token file FILE is a device, not a file"),
  ]

  @Test("an unusable token file is named in the message, and no request is sent", arguments: cases)
  func unusableFile(row: Case) async throws {
    let plugin = try Plugin()
    let path = plugin.directory.path("subject")
    try row.make(path)
    let result = try await plugin.run(plugin.flags("--token-file", path), timeout: 20)
    #expect(result.ending == .exit(3))
    #expect(result.output == "")
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 2)
    let message = lines.first.map { String($0).replacing(path, with: "FILE") }
    #expect(message == "tokenxchange: " + row.message)
    #expect(plugin.site.dex.tokenRequests == 0)
  }

  @Test(
    "a file that the user may not read is reported",
    .enabled(if: geteuid() == 0, "SKIPPED: only root can become another user"))
  func unreadable() async throws {
    let plugin = try Plugin()
    try plugin.directory.write("x", to: "subject", mode: 0o600)
    chmod(plugin.directory.path, 0o755)
    let result = try await ProcessRunner(
      "setpriv",
      ["--reuid=999", "--regid=999", "--clear-groups", TestBinary.path]
        + plugin.flags("--token-file", plugin.directory.path("subject"))
    ).result()
    #expect(result.ending == .exit(3))
    #expect(result.errors.contains("cannot be read by uid 999: Permission denied\nhint: "))
  }

  @Test("runs during a token rotation succeed")
  func rotation() async throws {
    let plugin = try Plugin()
    let volume = try ProjectedVolume(
      plugin.directory.path("rotating"), token: plugin.site.cluster.token())
    for _ in 0..<20 {
      let run = try ProcessRunner(
        TestBinary.path, plugin.flags("--token-file", volume.tokenPath)
      ).start()
      try volume.rotate(to: plugin.site.cluster.token())
      #expect(await run.result.ending == .exit(0))
    }
  }
}
