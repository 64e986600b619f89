import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// The kernel's view of the process while it has a token in memory.
@Suite struct ProcessHygieneTests {
  @Test("core dumps and ptrace are disabled")
  func coreDumpsDisabled() async throws {
    let plugin = try Plugin()
    plugin.site.dex.inject(.delivery(.hang))
    let run = try ProcessRunner(TestBinary.path, plugin.flags + ["--timeout=50s"]).start()
    while plugin.site.dex.tokenRequests == 0 { try await Task.sleep(for: .milliseconds(10)) }
    let limits = try String(contentsOfFile: "/proc/\(run.pid)/limits", encoding: .utf8)
    let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
    #expect(core?.split(separator: " ").dropFirst(4).first == "0")
    // The /proc entries of a process that is not dumpable belong to root; running as root, only the
    // umask can be checked.
    let status = try String(contentsOfFile: "/proc/\(run.pid)/status", encoding: .utf8)
    #expect(status.contains("Umask:\t0077"))
    run.send(signal: SIGTERM)
    #expect(await run.result.ending == .exit(143))
  }

  @Test(
    "get-token as PID 1 is terminated by a signal",
    .enabled(if: SidecarSignalTests.canUnshare, "SKIPPED: needs root and PID namespaces"),
    arguments: [SIGTERM, SIGINT])
  func signalsAsPID1(number: Int32) async throws {
    let plugin = try Plugin()
    plugin.site.dex.inject(.delivery(.hang))
    let run = try ProcessRunner(
      "unshare",
      ["--pid", "--fork", "--kill-child", TestBinary.path] + plugin.flags + ["--timeout=55s"],
      timeout: 60
    ).start()
    while plugin.site.dex.tokenRequests == 0 { try await Task.sleep(for: .milliseconds(10)) }
    let child = try String(
      contentsOfFile: "/proc/\(run.pid)/task/\(run.pid)/children", encoding: .utf8)
    let pid = try #require(Int32(child.trimmingCharacters(in: .whitespaces)))
    kill(pid, number)
    let result = await run.result
    #expect(result.ending == .exit(128 + number))
    #expect(result.duration < 50)
    #expect(result.errors == "")
  }
}
