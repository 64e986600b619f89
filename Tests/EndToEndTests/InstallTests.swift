import Foundation
import Glibc
import TestSupport
import Testing

/// `install` copies the program into a directory.
struct InstallTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func install(_ arguments: String...) async throws -> ProcessResult {
    try await ProcessRunner(
      TestBinary.path, ["install"] + arguments, directory: directory.path
    ).result()
  }

  private func status(_ path: String) -> stat {
    var status = stat()
    lstat(path, &status)
    return status
  }

  @Test("the copy is complete, has mode 0755, and replaces a link", arguments: ["tools", "tools/"])
  func copy(_ name: String) async throws {
    let tools = directory.path("tools")
    try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: false)
    // A link at the path is replaced and not followed.
    let bystander = try directory.write("keep", to: "bystander")
    #expect(symlink(bystander, tools + "/tokenxchange") == 0)
    for path in [name, directory.path(name)] {
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

  @Test("a target that is not writable: exit 2 with the reason")
  func unusableTarget() async throws {
    try directory.write("x", to: "file")
    try FileManager.default.createDirectory(
      atPath: directory.path("busy/tokenxchange"), withIntermediateDirectories: true)
    for (path, message) in [
      ("nowhere", "cannot create a file in nowhere: No such file or directory"),
      ("file", "cannot create a file in file: Not a directory"),
    ] {
      let result = try await install(path)
      #expect(result.ending == .exit(2))
      #expect(result.output == "")
      #expect(
        result.errors == """
          tokenxchange: uid \(geteuid()) \(message)
          hint: pass a directory that exists, is writable for this user and has 30 MB of free \
          space, such as an emptyDir volume

          """)
    }
    let busy = try await install("busy")
    #expect(busy.ending == .exit(2))
    #expect(
      busy.errors == """
        tokenxchange: uid \(geteuid()) cannot replace busy/tokenxchange: it is a directory
        hint: pass the path of a regular file or of a new file

        """)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: directory.path("busy")) == [
        "tokenxchange"
      ])
    for arguments in [[], [""]] {
      let result = try await ProcessRunner(TestBinary.path, ["install"] + arguments).result()
      #expect(result.ending == .exit(2))
      #expect(result.errors.hasPrefix("tokenxchange: missing argument: DIR\n"))
    }
  }

  @Test(
    "a full disk: exit 1, and no file is left behind",
    .enabled(if: Isolation.isPossible, "SKIPPED: needs root and mounts"))
  func fullDisk() async throws {
    let script = """
      mount -t tmpfs -o size=1m tmpfs "$1" && "$0" install "$1"; echo "exit $?"; ls -A "$1"
      """
    let result = try await ProcessRunner(
      "unshare", ["--mount", "/bin/sh", "-c", script, TestBinary.path, directory.path],
      environment: ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"]
    ).result()
    #expect(result.output == "exit 1\n")
    #expect(
      result.errors.hasPrefix("tokenxchange: uid 0 cannot write ")
        && result.errors.contains(": No space left on device\nhint: "), "\(result.errors)")
  }

  @Test("temporary files of killed runs are removed")
  func cleanup() async throws {
    let left = try directory.write("half", to: ".tokenxchange.tokenxchange-1abc")
    let fresh = try directory.write("half", to: ".tokenxchange.tokenxchange-2abc")
    var times = [
      timeval(tv_sec: time(nil) - 60, tv_usec: 0), timeval(tv_sec: time(nil) - 60, tv_usec: 0),
    ]
    #expect(utimes(left, &times) == 0)
    #expect(try await install(directory.path).ending == .exit(0))
    #expect(!FileManager.default.fileExists(atPath: left))
    // Another run may still be writing it.
    #expect(FileManager.default.fileExists(atPath: fresh))
  }

  @Test("version lists the libraries")
  func version() async throws {
    let result = try await ProcessRunner(TestBinary.path, ["version"]).result()
    let pattern =
      /tokenxchange \S+\nlibcurl \d+\.\d+\.\d+, OpenSSL \d[^,]+, c-ares (\d+\.\d+\.\d+|none)\n(static|dynamic): .*\n/
    #expect(result.output.wholeMatch(of: pattern) != nil, "\(result.output)")
    #expect(result.errors == "")
  }

  @Test("version --output json shows the static binary's commit and toolchain, otherwise unknown")
  func versionAsJSON() async throws {
    let result = try await ProcessRunner(TestBinary.path, ["version", "--output=json"]).result()
    let document = try JSONValue(parsing: result.output)
    #expect(
      Set(document.object?.names ?? []) == [
        "version", "commit", "toolchain", "libraries", "static",
      ])
    let commit = document["commit"]?.string ?? ""
    let toolchain = document["toolchain"]?.string ?? ""
    if document["static"]?.bool == true {
      // Without git, for example in an unpacked archive of the working directory, the commit is
      // unknown.
      #expect(commit.wholeMatch(of: /[0-9a-f]{40}(-modified)?|unknown/) != nil, "\(commit)")
      #expect(toolchain.wholeMatch(of: /swift-\d[0-9A-Za-z.+-]*/) != nil, "\(toolchain)")
    } else {
      #expect(commit == "unknown")
      #expect(toolchain == "unknown")
    }
    #expect(result.errors == "")
  }
}
