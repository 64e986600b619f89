import Foundation
import Glibc
import Synchronization

/// A thread that does nothing but wait for signals, so that they work whatever the others do.
///
/// An exchange blocks the main thread for as long as Dex takes; a signal to end must not wait for
/// it. And a thread, unlike a handler, may take locks and write lines.
final class SignalWatch: Sendable {
  private let wakes = DispatchSemaphore(value: 0)
  private let isAsked = Atomic(false)
  private let disk = Mutex(())

  /// Starts the thread.
  ///
  /// It must be called before any other thread is started, because those inherit what is blocked.
  ///
  /// - Parameter exitCode: What to end with, or nil for 128 and the signal's number.
  func start(exitCode: Int32?) {
    // A process that is PID 1 gets the orphans of others, such as of `kubectl exec`: nobody waits
    // for them, so they must not stay as zombies.
    signal(SIGCHLD, SIG_IGN)
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGTERM, SIGINT, SIGUSR1] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let awaited = signals
    let thread = Thread { [self] in
      while true {
        var set = awaited
        var number: Int32 = 0
        guard sigwait(&set, &number) == 0 else { continue }
        if number != SIGUSR1 { end(number, exitCode) }
        isAsked.store(true, ordering: .releasing)
        wakes.signal()
      }
    }
    thread.stackSize = 256 * 1024
    thread.start()
  }

  /// Waits for a span or for SIGUSR1.
  ///
  /// - Parameter seconds: The span.
  /// - Returns: Whether SIGUSR1 has come, now or since the last call.
  func wait(seconds: Double) -> Bool {
    let deadline = DispatchTime.now() + seconds
    while !isAsked.exchange(false, ordering: .acquiring) {
      if wakes.wait(timeout: deadline) == .timedOut {
        return isAsked.exchange(false, ordering: .acquiring)
      }
    }
    return true
  }

  /// Keeps the end away while a file is written.
  func uninterrupted(_ body: () throws(WriteFault) -> Void) throws(WriteFault) {
    try disk.withLock { _ throws(WriteFault) in try body() }
  }

  /// Ends the process, after the file that is being written, if the disk lets that happen soon.
  private func end(_ number: Int32, _ exitCode: Int32?) -> Never {
    let deadline = DispatchTime.now() + 0.5
    while DispatchTime.now() < deadline {
      let hasEnded: Void? = disk.withLockIfAvailable { _ in
        // In here no write can begin any more.
        Self.leave(number, exitCode)
      }
      if hasEnded != nil { break }
      usleep(2000)
    }
    Self.leave(number, exitCode)
  }

  private static func leave(_ number: Int32, _ exitCode: Int32?) -> Never {
    // A pipe that is full because nobody reads it must not keep us here.
    var stream = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    if exitCode != nil, poll(&stream, 1, 0) > 0 {
      let name = number == SIGINT ? "SIGINT" : "SIGTERM"
      _ = StandardStreams.write("tokenxchange: stopping: \(name)\n", to: STDERR_FILENO)
    }
    _exit(exitCode ?? 128 + number)
  }
}
