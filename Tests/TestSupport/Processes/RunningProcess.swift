import Foundation
import Glibc
import Synchronization

/// A program in the background; a thread reads its output until it ends.
package final class RunningProcess: Sendable {
  package let pid: Int32
  private let ended = DispatchSemaphore(value: 0)
  private let state = Mutex(State())

  private struct State {
    var isReaped = false
    /// stdout and stderr.
    var output: [[UInt8]] = [[], []]
    var result: ProcessResult?
  }

  /// `pipes` are the ends of stdin, stdout and stderr.
  init(
    pid: Int32, _ pipes: [Int32], stdin: [UInt8], timeout: Duration,
    since start: ContinuousClock.Instant, secrets: @escaping @Sendable (ProcessResult) -> [String]
  ) {
    self.pid = pid
    // A child that does not read its stdin must not end this process.
    signal(SIGPIPE, SIG_IGN)
    Thread.start {
      var result = self.follow(pipes, stdin: stdin, timeout: timeout, since: start)
      let shown = secrets(result)
      if !shown.isEmpty {
        result.ending = .exit(199)
        let message = "SECRETS SHOWN: \(shown.joined(separator: ", "))\n"
        result.stderr = Array(message.utf8) + result.stderr
      }
      self.state.withLock { $0.result = result }
      self.ended.signal()
    }
  }

  /// Sends a signal, unless the program has ended and its ID may have been reused.
  package func send(signal number: Int32) {
    state.withLock { state in if !state.isReaped { kill(pid, number) } }
  }

  package var isRunning: Bool { state.withLock { !$0.isReaped } }
  package var outputSoFar: String { text(0) }
  package var errorsSoFar: String { text(1) }
  private func text(_ index: Int) -> String {
    state.withLock { String(decoding: $0.output[index], as: UTF8.self) }
  }

  /// Waits for its end; this blocks the thread.
  @discardableResult
  func waitUntilExit() -> ProcessResult {
    while true {
      if let result = state.withLock({ $0.result }) { return result }
      ended.wait()
      ended.signal()
    }
  }

  /// The result; waits for the end.
  package var result: ProcessResult {
    get async { await onThread { self.waitUntilExit() } }
  }

  /// Writes input and reads output until the program has ended and its output is closed.
  private func follow(
    _ pipes: [Int32], stdin: [UInt8], timeout: Duration, since start: ContinuousClock.Instant
  ) -> ProcessResult {
    var rest = stdin[...]
    var open = pipes
    _ = fcntl(pipes[0], F_SETFL, O_NONBLOCK)
    func end(_ index: Int) {
      close(open[index])
      open[index] = -1
    }
    if rest.isEmpty { end(0) }
    var ending: (status: Int32, time: ContinuousClock.Instant)?
    var isTimedOut = false
    var isLeftOpen = false
    // A program may close its output and go on; the timeout still applies.
    while ending == nil || open[1] >= 0 || open[2] >= 0 {
      var polls = open.enumerated().map { index, descriptor in
        pollfd(fd: descriptor, events: Int16(index == 0 ? POLLOUT : POLLIN), revents: 0)
      }
      _ = poll(&polls, 3, open[1] < 0 && open[2] < 0 ? 1 : 20)
      if polls[0].revents != 0 {
        let count = rest.withUnsafeBytes { write(pipes[0], $0.baseAddress, $0.count) }
        if count > 0 { rest = rest.dropFirst(count) }
        if rest.isEmpty || (count < 0 && errno != EAGAIN) { end(0) }
      }
      for index in 1...2 where polls[index].revents != 0 {
        if !take(from: open[index], index - 1) { end(index) }
      }
      if ending == nil { ending = reap().map { (status: $0, time: .now) } }
      if let ending, ending.time.duration(to: .now) > .milliseconds(500) {
        isLeftOpen = open[1] >= 0 || open[2] >= 0
        break
      }
      if ending == nil, !isTimedOut, start.duration(to: .now) > timeout {
        isTimedOut = true
        send(signal: SIGKILL)
      }
    }
    for index in 0...2 where open[index] >= 0 { end(index) }
    let finish = ContinuousClock.now
    let status = ending?.status ?? 0
    let output = state.withLock { $0.output }
    return ProcessResult(
      ending: status & 0x7F == 0 ? .exit(status >> 8 & 0xFF) : .signal(status & 0x7F),
      stdout: output[0], stderr: output[1], isTimedOut: isTimedOut, leftOutputOpen: isLeftOpen,
      end: finish, duration: start.duration(to: finish) / .seconds(1))
  }

  private func take(from descriptor: Int32, _ index: Int) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = read(descriptor, &chunk, chunk.count)
    guard count > 0 else { return count < 0 && errno == EINTR }
    state.withLock { $0.output[index] += chunk.prefix(count) }
    return true
  }

  /// The exit status, once the program has ended.
  private func reap() -> Int32? {
    var info = siginfo_t()
    // Check first, then reap under the lock, so that no signal goes to a reused process ID.
    guard waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT | WNOHANG) == 0, info.si_signo != 0
    else { return nil }
    return state.withLock { state in
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0, errno == EINTR {}
      state.isReaped = true
      return status
    }
  }
}
