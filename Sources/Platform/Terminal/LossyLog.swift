import Glibc
import Synchronization

/// Standard error for messages that must not block the process: lines are dropped while they are
/// not read, and their number is reported as soon as writing is possible again.
///
/// Setting `O_NONBLOCK` would change the open file for every process that shares it. So each write
/// follows a `poll` and is small enough that a ready pipe accepts all of it.
final class LossyLog: Sendable {
  private struct State {
    var dropped = 0
    /// Whether the last line is incomplete, so that the next one needs a newline before it.
    var isCut = false
  }

  private let state = Mutex(State())
  private let descriptor: Int32
  /// Seconds to wait for the reader of a pipe before lines are dropped, or zero.
  ///
  /// Unless it is zero, there is no limit for a terminal, whose output a user may have stopped.
  private let timeout: Double

  /// A pipe accepts this many bytes atomically (PIPE_BUF).
  private static let chunk = 4096

  init(_ descriptor: Int32 = STDERR_FILENO, timeout: Double) {
    self.descriptor = descriptor
    self.timeout = timeout
  }

  /// Writes a line, or drops it.
  func write(_ line: String) {
    state.withLock { state in
      if state.dropped > 0 {
        let lines = state.dropped == 1 ? "1 log line" : "\(state.dropped) log lines"
        let report = "tokenxchange: dropped \(lines): standard error was not read"
        guard send(report, &state) else {
          state.dropped += 1
          return
        }
        state.dropped = 0
      }
      if !send(line, &state) { state.dropped += 1 }
    }
  }

  /// Milliseconds to wait: zero while lines are being dropped.
  private func milliseconds(_ state: State) -> Int32 {
    guard timeout > 0, state.dropped == 0 else { return 0 }
    return isatty(descriptor) == 1 ? -1 : Int32(timeout * 1000)
  }

  private func send(_ line: String, _ state: inout State) -> Bool {
    var rest = Array(((state.isCut ? "\n" : "") + line + "\n").utf8)[...]
    var hasBegun = false
    while !rest.isEmpty {
      var stream = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&stream, 1, 0) > 0 || poll(&stream, 1, milliseconds(state)) > 0 else {
        return false
      }
      let part = rest.prefix(Self.chunk)
      let count = part.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      // Other errors, such as a full disk, must not stop the process either.
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
      state.isCut = !rest.isEmpty
      hasBegun = true
    }
    return hasBegun
  }
}
