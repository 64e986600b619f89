import Glibc
import Synchronization

/// Standard error for messages that must not stop the work: lines are dropped while it is not read,
/// and their number is reported once it can be written again.
///
/// Setting `O_NONBLOCK` would change the open file for every process that shares it. So each write
/// is preceded by a `poll`, and is small enough for a pipe that is ready to take it as a whole.
final class LossyLog: Sendable {
  private struct State {
    var dropped = 0
    /// Whether the last line was cut off, so that the next one must not continue it.
    var isCut = false
  }

  private let state = Mutex(State())
  private let descriptor: Int32
  /// Seconds to wait for the reader of a pipe before lines are dropped.
  private let patience: Double

  /// POSIX lets a pipe take this many bytes at once.
  private static let chunk = 4096

  /// Makes a log.
  ///
  /// - Parameters:
  ///   - descriptor: The stream.
  ///   - patience: Seconds to wait for its reader, once; a terminal, where a person may have stopped
  ///     the output, is waited for without limit unless this is zero.
  init(_ descriptor: Int32 = STDERR_FILENO, patience: Double) {
    self.descriptor = descriptor
    self.patience = patience
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

  /// Milliseconds to wait: none while lines are being dropped.
  private func timeout(_ state: State) -> Int32 {
    guard patience > 0, state.dropped == 0 else { return 0 }
    return isatty(descriptor) == 1 ? -1 : Int32(patience * 1000)
  }

  private func send(_ line: String, _ state: inout State) -> Bool {
    var rest = Array(((state.isCut ? "\n" : "") + line + "\n").utf8)[...]
    var hasBegun = false
    while !rest.isEmpty {
      var stream = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&stream, 1, 0) > 0 || poll(&stream, 1, timeout(state)) > 0 else { return false }
      let part = rest.prefix(Self.chunk)
      let count = part.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      // A stream that cannot be written at all, such as a full disk, is no reason to stop either.
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
      state.isCut = !rest.isEmpty
      hasBegun = true
    }
    return hasBegun
  }
}
