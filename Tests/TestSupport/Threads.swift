package import Foundation

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
  package static func start(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.stackSize = 512 * 1024
    thread.start()
  }
}
