import Foundation
import Glibc
import TestSupport
import Testing

/// `install`: the program puts itself where another container finds it.
struct InstallTests {
  let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func install(_ arguments: String...) async throws -> ProcessResult {
    try await ProcessRunner(
      TestBinary.path, ["install"] + arguments, directory: folder.path
    ).result()
  }

  private func status(_ path: String) -> stat {
    var status = stat()
    lstat(path, &status)
    return status
  }

  @Test(arguments: ["tools", "tools/"])
  func copiesItself(_ name: String) async throws {
    let tools = folder.path("tools")
    try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: false)
    // A link in the way is replaced and not followed.
    let bystander = try folder.write("keep", to: "bystander")
    #expect(symlink(bystander, tools + "/tokenxchange") == 0)
    for path in [name, folder.path(name)] {
      let result = try await install(path)
      #expect(result.ending == .exit(0))
      #expect(result.output + result.errors == "")
      let copy = status(tools + "/tokenxchange")
      #expect(copy.st_mode == S_IFREG | 0o755)
      #expect(copy.st_size == status(TestBinary.path).st_size)
      #expect(try FileManager.default.contentsOfDirectory(atPath: tools) == ["tokenxchange"])
    }
    #expect(try String(contentsOfFile: bystander, encoding: .utf8) == "keep")
    #expect(
      FileManager.default.contentsEqual(
        atPath: TestBinary.path, andPath: tools + "/tokenxchange"))
    let version = try await ProcessRunner(tools + "/tokenxchange", ["version"]).result()
    #expect(version.output.hasPrefix("tokenxchange "))
  }

  @Test func saysWhereItCannot() async throws {
    try folder.write("x", to: "file")
    try FileManager.default.createDirectory(
      atPath: folder.path("busy/tokenxchange"), withIntermediateDirectories: true)
    for (path, sentence) in [
      ("nowhere", "cannot create a file in nowhere: No such file or directory"),
      ("file", "cannot create a file in file: Not a directory"),
    ] {
      let result = try await install(path)
      #expect(result.ending == .exit(2))
      #expect(result.output == "")
      #expect(
        result.errors == """
          tokenxchange: uid \(geteuid()) \(sentence)
          hint: name a directory that exists, is writable for this user and has room for 30 MB, such \
          as an emptyDir volume

          """)
    }
    let busy = try await install("busy")
    #expect(busy.ending == .exit(2))
    #expect(
      busy.errors == """
        tokenxchange: uid \(geteuid()) cannot replace busy/tokenxchange: it is a directory
        hint: name a regular file, or one that does not exist yet

        """)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("busy")) == ["tokenxchange"])
    for arguments in [[], [""]] {
      let result = try await ProcessRunner(TestBinary.path, ["install"] + arguments).result()
      #expect(result.ending == .exit(2))
      #expect(result.errors.hasPrefix("tokenxchange: missing argument: DIR\n"))
    }
  }

  @Test(.enabled(if: Isolation.isPossible, "SKIPPED: needs root and mounts"))
  func aFullDiskIsNobodysMistake() async throws {
    let script = """
      mount -t tmpfs -o size=1m tmpfs "$1" && "$0" install "$1"; echo "exit $?"; ls -A "$1"
      """
    let result = try await ProcessRunner(
      "unshare", ["--mount", "/bin/sh", "-c", script, TestBinary.path, folder.path],
      environment: ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"]
    ).result()
    // Nothing is left behind.
    #expect(result.output == "exit 1\n")
    #expect(
      result.errors.hasPrefix("tokenxchange: uid 0 cannot write ")
        && result.errors.contains(": No space left on device\nhint: "), "\(result.errors)")
  }

  @Test func sweepsWhatAKilledRunLeft() async throws {
    let left = try folder.write("half", to: ".tokenxchange.tokenxchange-1abc")
    let fresh = try folder.write("half", to: ".tokenxchange.tokenxchange-2abc")
    var times = [
      timeval(tv_sec: time(nil) - 60, tv_usec: 0), timeval(tv_sec: time(nil) - 60, tv_usec: 0),
    ]
    #expect(utimes(left, &times) == 0)
    #expect(try await install(folder.path).ending == .exit(0))
    #expect(!FileManager.default.fileExists(atPath: left))
    // It may be another run's that is under way.
    #expect(FileManager.default.fileExists(atPath: fresh))
  }

  @Test func versionNamesTheLibraries() async throws {
    let result = try await ProcessRunner(TestBinary.path, ["version"]).result()
    let pattern =
      /tokenxchange \S+\nlibcurl \d+\.\d+\.\d+, OpenSSL \d[^,]+, c-ares (\d+\.\d+\.\d+|none)\n(static|dynamic): .*\n/
    #expect(result.output.wholeMatch(of: pattern) != nil, "\(result.output)")
    #expect(result.errors == "")
  }
}
