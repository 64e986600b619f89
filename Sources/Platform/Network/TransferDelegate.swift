import Foundation
import FoundationNetworking
import Synchronization

/// Waits for the end of one transfer at a time; its response comes from the hook.
final class TransferDelegate: NSObject, URLSessionTaskDelegate, Sendable {
  /// The current transfer.
  private struct Transfer {
    /// The current task; an abandoned task may end later and is ignored.
    var task = 0
    var isOver = false
    /// URLSession's error.
    var error: NSError?
  }

  private let transfer = Mutex(Transfer())
  private let finished = DispatchSemaphore(value: 0)

  /// Starts a task and waits for its end.
  ///
  /// - Parameters:
  ///   - task: A task that has not been started.
  ///   - seconds: How long to wait.
  /// - Returns: Success, or URLSession's error; nil after a timeout.
  func run(_ task: URLSessionTask, seconds: Double) -> Result<Void, NSError>? {
    transfer.withLock { $0 = Transfer(task: task.taskIdentifier) }
    task.resume()
    if finished.wait(timeout: .now() + seconds) == .timedOut {
      // If it ended in the meantime, the next transfer must not receive its signal.
      let isOver = transfer.withLock { transfer in
        if !transfer.isOver { transfer.task = -1 }
        return transfer.isOver
      }
      guard isOver else { return nil }
      finished.wait()
    }
    return transfer.withLock { $0.error.map(Result.failure) ?? .success(()) }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    let isCurrent = transfer.withLock { transfer in
      guard transfer.task == task.taskIdentifier, !transfer.isOver else { return false }
      transfer.error = error.map { $0 as NSError }
      transfer.isOver = true
      return true
    }
    if isCurrent { finished.signal() }
  }
}
