import Glibc
import Testing

@testable import Platform

/// A log whose reader stops reading.
@Suite struct LossyLogTests {
  private let reader: Int32
  private let writer: Int32

  init() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    (reader, writer) = (ends[0], ends[1])
    _ = fcntl(reader, F_SETFL, O_NONBLOCK)
    // F_SETPIPE_SZ, which Swift does not import: four pages.
    _ = fcntl(writer, 1031, 16_384)
  }

  private func drain() -> String {
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(reader, &buffer, buffer.count)
      guard count > 0 else { break }
      text += buffer[..<count]
    }
    return String(decoding: text, as: UTF8.self)
  }

  @Test("lines are dropped while the pipe is full, and counted once it is read again")
  func drops() {
    defer { for end in [reader, writer] { close(end) } }
    let log = LossyLog(writer, timeout: 0)
    log.write("first")
    for _ in 1...20 { log.write(String(repeating: "x", count: 1500)) }
    let text = drain()
    #expect(text.hasPrefix("first\n"))
    let kept = text.split(separator: "\n").count { $0.utf8.count == 1500 }
    log.write("last")
    let rest = drain()
    let dropped = 20 - kept
    #expect(dropped > 0)
    #expect(
      rest.drop { $0 == "\n" }
        == "tokenxchange: dropped \(dropped) log lines: standard error was not read\nlast\n")
    log.write("next")
    #expect(drain() == "next\n")
  }

  @Test("a line longer than the pipe does not block, and the next one starts on a new line")
  func longLine() {
    defer { for end in [reader, writer] { close(end) } }
    let log = LossyLog(writer, timeout: 0)
    log.write(String(repeating: "x", count: 20_000))
    #expect(drain().utf8.count == 16_384)
    log.write("next")
    #expect(drain() == "\ntokenxchange: dropped 1 log line: standard error was not read\nnext\n")
  }

  @Test("with a timeout, only the first write waits for a full pipe")
  func waitsOnce() {
    defer { for end in [reader, writer] { close(end) } }
    let log = LossyLog(writer, timeout: 0.1)
    let start = ContinuousClock.now
    for _ in 1...20 { log.write(String(repeating: "x", count: 1500)) }
    #expect(ContinuousClock.now - start >= .seconds(0.1))
    #expect(ContinuousClock.now - start < .seconds(1.9))
  }

  @Test("a closed pipe does not stop the process")
  func closed() {
    signal(SIGPIPE, SIG_IGN)
    close(reader)
    defer { close(writer) }
    LossyLog(writer, timeout: 2).write("line")
  }
}
