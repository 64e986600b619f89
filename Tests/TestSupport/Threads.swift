package import Foundation

/// Runs blocking work on a new thread: Swift's pool has one thread for each core.
package func onThread<Value: Sendable, Failure: Error>(
  _ body: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
  try await withCheckedContinuation { continuation in
    Thread.start { continuation.resume(returning: Result(catching: body)) }
  }.get()
}

extension Thread {
  /// Starts a thread with a small stack, because tests start hundreds of them.
  package static func start(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.stackSize = 512 * 1024
    thread.start()
  }
}
