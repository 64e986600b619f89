import Foundation
import Glibc
import Synchronization

/// A program in the background; a thread reads its output until it ends.
public final class RunningProcess: Sendable {
  /// The process id.
  public let pid: Int32
  private let ended = DispatchSemaphore(value: 0)
  private let state = Mutex(State())

  private struct State {
    var isReaped = false
    var stdout: [UInt8] = []
    var stderr: [UInt8] = []
    var result: ProcessResult?
    var waiters: [CheckedContinuation<ProcessResult, Never>] = []
  }

  init(
    pid: Int32, input: Int32, output: Int32, errors: Int32, stdin: [UInt8], timeout: Double,
    since start: ContinuousClock.Instant,
    secrets: @escaping @Sendable (ProcessResult) -> [String]
  ) {
    self.pid = pid
    // A child that does not read its stdin must not end this process.
    signal(SIGPIPE, SIG_IGN)
    Thread.start {
      var result = self.follow(
        input: input, output: output, errors: errors, stdin: stdin, timeout: timeout,
        since: start)
      let shown = secrets(result)
      if !shown.isEmpty { result.fail("SECRETS SHOWN: \(shown.joined(separator: ", "))") }
      self.finish(result)
    }
  }

  /// Sends a signal, unless the program has ended and its ID may have been reused.
  public func send(signal number: Int32) {
    state.withLock { state in
      if !state.isReaped { kill(pid, number) }
    }
  }

  /// Whether it is still running.
  public var isRunning: Bool { state.withLock { !$0.isReaped } }

  /// The stdout output so far.
  public var outputSoFar: String {
    state.withLock { String(decoding: $0.stdout, as: UTF8.self) }
  }

  /// The stderr output so far.
  public var errorsSoFar: String {
    state.withLock { String(decoding: $0.stderr, as: UTF8.self) }
  }

  /// Waits for its end; this blocks the thread.
  @discardableResult
  public func waitUntilExit() -> ProcessResult {
    while true {
      if let result = state.withLock({ $0.result }) { return result }
      ended.wait()
      ended.signal()
    }
  }

  /// The result; waits for the end.
  public var result: ProcessResult {
    get async {
      await withCheckedContinuation { continuation in
        let result = state.withLock { state -> ProcessResult? in
          if state.result == nil { state.waiters.append(continuation) }
          return state.result
        }
        if let result { continuation.resume(returning: result) }
      }
    }
  }

  private func finish(_ result: ProcessResult) {
    let waiters = state.withLock { state in
      state.result = result
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume(returning: result) }
    ended.signal()
  }

  /// Writes input and reads output until the program has ended and its output is closed.
  private func follow(
    input: Int32, output: Int32, errors: Int32, stdin: [UInt8], timeout: Double,
    since start: ContinuousClock.Instant
  ) -> ProcessResult {
    let clock = ContinuousClock()
    var rest = stdin[...]
    var open = [input, output, errors]
    _ = fcntl(input, F_SETFL, O_NONBLOCK)
    func end(_ index: Int) {
      close(open[index])
      open[index] = -1
    }
    if rest.isEmpty { end(0) }
    var status: Int32?
    var isTimedOut = false
    var endedAt: ContinuousClock.Instant?
    var isLeftOpen = false
    while open[1] >= 0 || open[2] >= 0 {
      var polls = open.enumerated().map { index, descriptor in
        pollfd(fd: descriptor, events: Int16(index == 0 ? POLLOUT : POLLIN), revents: 0)
      }
      _ = poll(&polls, 3, 20)
      if polls[0].revents != 0 {
        let count = rest.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
        if count > 0 { rest = rest.dropFirst(count) }
        if rest.isEmpty || (count < 0 && errno != EAGAIN) { end(0) }
      }
      for index in 1...2 where polls[index].revents != 0 {
        if !take(from: open[index], isError: index == 2) { end(index) }
      }
      if status == nil { status = reap(WNOHANG) }
      if status != nil, endedAt == nil { endedAt = clock.now }
      if let endedAt, clock.now - endedAt > .milliseconds(500) {
        isLeftOpen = true
        break
      }
      if status == nil, !isTimedOut, clock.now - start > .seconds(timeout) {
        isTimedOut = true
        send(signal: SIGKILL)
      }
    }
    for index in 0...2 where open[index] >= 0 { end(index) }
    // A program may close its output and go on; the timeout still applies.
    while status == nil {
      status = reap(clock.now - start > .seconds(timeout) || isTimedOut ? 0 : WNOHANG)
      if status == nil {
        usleep(500)
        if clock.now - start > .seconds(timeout) {
          isTimedOut = true
          send(signal: SIGKILL)
        }
      }
    }
    let finish = clock.now
    return state.withLock { state in
      ProcessResult(
        ending: Self.ending(status ?? 0), stdout: state.stdout, stderr: state.stderr,
        isTimedOut: isTimedOut, leftOutputOpen: isLeftOpen,
        duration: (finish - start) / .seconds(1), end: finish)
    }
  }

  private func take(from descriptor: Int32, isError: Bool) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = read(descriptor, &chunk, chunk.count)
    guard count > 0 else { return count < 0 && errno == EINTR }
    state.withLock { state in
      if isError {
        state.stderr += chunk.prefix(count)
      } else {
        state.stdout += chunk.prefix(count)
      }
    }
    return true
  }

  private func reap(_ options: Int32) -> Int32? {
    var info = siginfo_t()
    // Check first, then reap under the lock, so that no signal goes to a reused process ID.
    guard waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT | options) == 0, info.si_signo != 0
    else { return nil }
    return state.withLock { state in
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0, errno == EINTR {}
      state.isReaped = true
      return status
    }
  }

  private static func ending(_ status: Int32) -> ProcessResult.Ending {
    status & 0x7F == 0 ? .exit(status >> 8 & 0xFF) : .signal(status & 0x7F)
  }
}
