import Glibc
import TestSupport
import Testing

@testable import Platform

/// Child processes whose output is read.
struct ChildProcessTests {
  private func run(
    _ script: String, timeout: Double = 20, limit: Int = 100
  ) throws(ChildProcessError) -> ChildOutput {
    try ProcessControl.live.run(
      ChildProcess(
        path: "/bin/sh", arguments: ["-c", script], variables: ["A=b c"], timeout: timeout,
        limit: limit))
  }

  @Test("output, errors, exit code and variables are passed correctly")
  func output() throws {
    let result = try run("echo $A; echo wrong >&2; exit 3")
    #expect(
      result == ChildOutput(output: Array("b c\n".utf8), errors: Array("wrong\n".utf8), exitCode: 3)
    )
  }

  @Test("standard input is empty, and no other file is open")
  func input() throws {
    let directory = try TemporaryDirectory()
    let file = open(directory.path, O_RDONLY)
    defer { close(file) }
    let result = try run("cat; ls /proc/self/fd | wc -l")
    // 0, 1, 2, and the directory that ls reads.
    #expect(String(decoding: result.output, as: UTF8.self).filter(\.isNumber) == "4")
  }

  @Test("output is accepted up to the limit, and rejected one byte above it")
  func limit() throws {
    #expect(try run("printf %0100d 0").output.count == 100)
    #expect(throws: ChildProcessError.tooMuchOutput) { try run("printf %0101d 0; sleep 60") }
  }

  @Test("errors beyond 4 KiB are discarded")
  func manyErrors() throws {
    let result = try run("head -c 300000 /dev/zero >&2; echo done")
    #expect(result.errors.count == 4096)
    #expect(String(decoding: result.output, as: UTF8.self) == "done\n")
  }

  @Test("a program that runs too long is killed with its children")
  func timeout() throws {
    let directory = try TemporaryDirectory()
    let file = directory.path("pid")
    #expect(throws: ChildProcessError.timedOut) {
      try run("sleep 60 & echo $! > \(file); wait", timeout: 2)
    }
    let text = try String(decoding: FileReader.read(file, limit: 100), as: UTF8.self)
    let child = try #require(Int32(text.split(separator: "\n").first ?? ""))
    // The kernel kills it a moment later, and its new parent may not reap it.
    var isEnded = false
    for _ in 0..<100 where !isEnded {
      let state = try? FileReader.read("/proc/\(child)/stat", limit: 1000)
      isEnded = state.map { String(decoding: $0, as: UTF8.self).contains(") Z ") } ?? true
      if !isEnded { usleep(50_000) }
    }
    #expect(isEnded)
  }

  @Test("a program that does not exist or is not executable is an error")
  func notStarted() {
    for (path, code) in [("/nonexistent/kubectl", ENOENT), ("/etc/passwd", EACCES)] {
      #expect(throws: ChildProcessError.notStarted(errno: code)) {
        try ProcessControl.live.run(
          ChildProcess(path: path, arguments: [], variables: [], timeout: 5, limit: 10))
      }
    }
  }
}
