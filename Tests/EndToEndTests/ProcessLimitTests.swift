import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// At the resource limits of a machine or container, the program reports an error and never hangs.
@Suite(.serialized, .enabled(if: TestBinary.find("prlimit") != nil, "prlimit is not installed"))
struct ProcessLimitTests {
  static let resourceHint =
    "raise the limit (ulimit -u or -n, or the container's pids limit), or stop the processes that "
    + "exhaust it"
  /// The limit counts all processes of a user, so no other test uses this user.
  static let user = ["--reuid=54399", "--regid=54399", "--clear-groups"]
  static let canSwitchUser = geteuid() == 0 && TestBinary.find("setpriv") != nil

  private func prlimit(_ limit: String, _ arguments: [String]) async throws -> ProcessResult {
    try await ProcessRunner(
      TestBinary.find("prlimit") ?? "prlimit", [limit, TestBinary.path] + arguments
    ).result()
  }

  @Test(
    "no descriptor left for /proc: exit 1", .enabled(if: Isolation.isStatic, "\(Isolation.need)"))
  func needsADescriptor() async throws {
    let plugin = try Plugin()
    for arguments in [plugin.flags, ["version"], []] {
      let result = try await prlimit("--nofile=3", arguments)
      plugin.expectFailure(
        result, 1, "/proc/self/cmdline cannot be read: Too many open files",
        hint: "raise the limit of open files (ulimit -n, LimitNOFILE): 64 are enough")
    }
  }

  @Test(
    "too few descriptors for a request: exit 1, and nothing is sent", arguments: [4, 5, 6, 8, 10])
  func needsDescriptors(number: Int) async throws {
    // In a development build, the dynamic linker fails first, when it opens the libraries.
    guard Isolation.isStatic || number > 4 else { return }
    let plugin = try Plugin()
    plugin.expectFailure(
      try await prlimit("--nofile=\(number)", plugin.flags), 1,
      "nothing was sent to DEX: this process cannot open any more files: Too many open files",
      hint: Self.resourceHint)
    #expect(plugin.site.dex.tokenRequests == 0)
  }

  @Test("13 descriptors are sufficient")
  func descriptorsSuffice() async throws {
    let plugin = try Plugin()
    try plugin.expectCredential(try await prlimit("--nofile=13", plugin.flags))
  }

  @Test(
    "without /proc: exit 1",
    .enabled(if: Isolation.isPossible && Isolation.isStatic, "\(Isolation.need)"),
    arguments: [["version"], [], ["get-token"]])
  func needsProc(arguments: [String]) async throws {
    let plugin = try Plugin()
    try plugin.directory.copy(TestBinary.path, to: "tokenxchange", mode: 0o755)
    let result = try await ProcessRunner(
      TestBinary.find("chroot") ?? "chroot", [plugin.directory.path, "/tokenxchange"] + arguments
    ).result()
    plugin.expectFailure(
      result, 1, "/proc/self/cmdline cannot be read: No such file or directory",
      hint: "mount proc on /proc (mount -t proc proc /proc), as every container runtime does")
  }

  @Test(
    "too few threads for a request: exit 1 immediately", .enabled(if: canSwitchUser, "needs root"),
    arguments: [1, 2])
  func needsThreads(number: Int) async throws {
    let plugin = try ReadableByAll()
    let result = try await plugin.run(limit: number, plugin.flags + ["--timeout=3s"])
    plugin.plugin.expectFailure(
      result, 1,
      "nothing was sent to DEX: this process cannot start a thread: Resource temporarily "
        + "unavailable", hint: Self.resourceHint)
    #expect(result.duration < 2.5)
  }

  @Test(
    "TLS requires no more threads than plain http", .enabled(if: canSwitchUser, "needs root"),
    .enabled(if: TLSFront.isAvailable, "nginx is not installed"), arguments: [2, 3, 4])
  func needsThreadsForTLS(number: Int) async throws {
    let plugin = try ReadableByAll(tls: .dex)
    let authority = try #require(plugin.plugin.site.certificates).authority.certificate
    let data = try Data(contentsOf: URL(filePath: authority)).base64EncodedString()
    let result = try await plugin.run(
      limit: number, plugin.flags + ["--certificate-authority-data", data])
    guard number > 2 else {
      #expect(result.ending == .exit(1))
      #expect(result.errors.contains("this process cannot start a thread"))
      return
    }
    try plugin.plugin.expectCredential(result)
  }

  @Test(
    "with a limit of one process, the sidecar reports the error, retries, and handles signals",
    .enabled(if: canSwitchUser, "needs root"), arguments: [SIGTERM, SIGINT, SIGHUP])
  func sidecarNeedsThreads(number: Int32) async throws {
    let plugin = try ReadableByAll()
    let sidecar = try plugin.runner(
      limit: 1, ["sidecar", "--write", plugin.path + "/kept"] + plugin.flags
    ).start()
    #expect(
      try await SidecarRun.wait {
        sidecar.errorsSoFar.contains("this process cannot start a thread: Resource temporarily")
      })
    sidecar.send(signal: number)
    let result = await sidecar.result
    #expect(result.ending == .exit(0))
    let name = [SIGTERM: "SIGTERM", SIGINT: "SIGINT", SIGHUP: "SIGHUP"][number] ?? ""
    #expect(result.errors.hasSuffix("tokenxchange: stopping: \(name)\n"))
  }

  @Test("a run that hangs ends one second after --timeout")
  func endsWithFullStandardError() async throws {
    let plugin = try Plugin()
    let log = try FullPipe()
    let run = ProcessRunner(
      "/bin/sh",
      ["-c", "exec \"$@\" 2>\(log.path)", "sh", TestBinary.path] + plugin.flags
        + ["--verbose", "--timeout=1s"], timeout: 20)
    let result = try await run.result()
    #expect(result.ending == .exit(4))
    #expect(result.output == "")
    #expect(result.duration > 1.5 && result.duration < 8)
  }

  @Test("a file size limit is reported, and no file is left behind")
  func survivesSIGXFSZ() async throws {
    let plugin = try Plugin()
    try FileManager.default.createDirectory(
      atPath: plugin.directory.path("kept"), withIntermediateDirectories: true)
    let file = plugin.directory.path("kept/token")
    for more in [["--once"], []] {
      let result = try await prlimit(
        "--fsize=0", ["sidecar", "--write", file] + plugin.flags + more)
      #expect(result.ending == .exit(2))
      #expect(result.errors.contains(": File too large\n"), "\(result.errors)")
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: plugin.directory.path("kept"))
    #expect(names.isEmpty)
    // A pipe is not subject to the file size limit.
    try plugin.expectCredential(try await prlimit("--fsize=0", plugin.flags))
    let output = plugin.directory.path("output")
    let result = try await ProcessRunner(
      "/bin/sh",
      [
        "-c", "exec \"$@\" >\(output)", "sh", TestBinary.find("prlimit") ?? "prlimit",
        "--fsize=0", TestBinary.path,
      ] + plugin.flags
    ).result()
    plugin.expectFailure(
      result, 1, "could not write to standard output: File too large",
      hint: "the file of standard output is at the size limit of this process: ulimit -f")
  }
}

/// A plugin whose files another user may read, in a directory that the user may write to.
private struct ReadableByAll {
  let plugin: Plugin
  let path: String
  private let temporary: TemporaryDirectory

  init(tls: StandInSite.TLS = []) throws {
    plugin = try Plugin(tls: tls)
    temporary = try TemporaryDirectory()
    path = temporary.path
    chmod(path, 0o777)
    let token = try String(contentsOfFile: plugin.tokenFile, encoding: .utf8)
    try temporary.write(token, to: "token", mode: 0o644)
  }

  var flags: [String] { plugin.flags("--token-file", path + "/token") }

  func runner(limit: Int, _ arguments: [String]) -> ProcessRunner {
    ProcessRunner(
      TestBinary.find("setpriv") ?? "setpriv",
      ProcessLimitTests.user + ["prlimit", "--nproc=\(limit)", TestBinary.path] + arguments,
      environment: ["PATH": "/usr/bin:/bin"])
  }

  func run(limit: Int, _ arguments: [String]) async throws -> ProcessResult {
    try await runner(limit: limit, arguments).result()
  }
}

/// A full pipe without a reader.
final class FullPipe {
  private var ends: [Int32] = [0, 0]

  init() throws {
    try #require(pipe(&ends) == 0)
    // The shell opens the pipe a second time, so that a write to it blocks.
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    while write(ends[1], "....", 4) > 0 {}
  }

  /// A path with which another process can open it.
  var path: String { "/proc/\(getpid())/fd/\(ends[1])" }

  deinit { for end in ends { close(end) } }
}
