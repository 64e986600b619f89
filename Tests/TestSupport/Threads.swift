import Foundation

/// Runs blocking work on a new thread: Swift's pool has one thread for each core.
package func onThread<Value: Sendable>(
  _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    Thread.start { continuation.resume(with: Result { try body() }) }
  }
}

extension Thread {
  /// Starts a thread with a small stack, because tests start hundreds of them.
  static func start(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.stackSize = 512 * 1024
    thread.start()
  }
}

/// Holds responses back until a test has set up the state in which they should arrive.
///
/// A fixed delay would be too short on a busy machine and needlessly long on others.
package final class Gate: Sendable {
  private let signal = DispatchSemaphore(value: 0)
  package init() {}

  /// Opens the gate for all current and later waiters.
  package func open() { signal.signal() }

  /// Waits for the gate, blocking the thread for at most a minute.
  package func wait() { if signal.wait(timeout: .now() + 60) == .success { signal.signal() } }
}
