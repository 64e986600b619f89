import Foundation
import TestSupport
import Testing

/// The process runner passes exactly the given arguments, variables and input, and enforces
/// timeouts.
struct ProcessRunnerTests {
  @Test("the runner passes exactly the given environment")
  func environment() async throws {
    let result = try await ProcessRunner("/usr/bin/env", environment: ["A": "1 2"]).result()
    #expect(result.output == "A=1 2\n")
    #expect(result.ending == .exit(0))
  }

  @Test("the runner passes standard input and the working directory")
  func inputAndDirectory() async throws {
    let input = [UInt8](repeating: 0x61, count: 300_000)
    let result = try await ProcessRunner(
      "/bin/sh", ["-c", "cat; pwd >&2; ls /proc/self/fd | wc -l >&2; exit 3"],
      environment: ["PATH": "/usr/bin:/bin"], stdin: input, directory: "/usr"
    ).result()
    #expect(result.stdout == input)
    // 0, 1, 2, and the directory that ls reads.
    #expect(result.errors == "/usr\n4\n")
    #expect(result.ending == .exit(3))
  }

  @Test("the runner kills the program after the timeout")
  func timeout() async throws {
    let result = try await ProcessRunner("/bin/sleep", ["60"], timeout: 0.2).result()
    #expect(result.isTimedOut)
    #expect(result.ending == .signal(9))
  }

  @Test("the runner detects a grandchild that keeps the output open")
  func leftOutputOpen() async throws {
    let result = try await ProcessRunner("/bin/sh", ["-c", "/bin/sleep 2 & echo done"]).result()
    #expect(result.output == "done\n")
    #expect(result.leftOutputOpen)
  }

  @Test("the runner sends signals")
  func signal() async throws {
    let running = try ProcessRunner("/bin/sleep", ["60"]).start()
    running.send(signal: 15)
    #expect(await running.result.ending == .signal(15))
  }

  @Test("a missing program is an error")
  func missingProgram() {
    #expect(throws: SystemCallError.self) { try ProcessRunner("/no/such/program").start() }
  }

  @Test("the runner runs two hundred programs concurrently")
  func concurrentRuns() async throws {
    let running = try (0..<200).map { try ProcessRunner("/bin/echo", ["\($0)"]).start() }
    for (index, process) in running.enumerated() {
      #expect(await process.result.output == "\(index)\n")
    }
  }

  @Test("a projected volume is rotated as by the kubelet")
  func projectedVolume() throws {
    let directory = try TemporaryDirectory()
    let volume = try ProjectedVolume(directory.path("v"), token: "one")
    #expect(try String(contentsOfFile: volume.tokenPath, encoding: .utf8) == "one")
    try volume.rotate(to: "two")
    #expect(try String(contentsOfFile: volume.tokenPath, encoding: .utf8) == "two")
    #expect(try FileManager.default.contentsOfDirectory(atPath: volume.directory).count == 3)
  }
}
