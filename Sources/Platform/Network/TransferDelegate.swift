import Foundation
import FoundationNetworking
import Synchronization

/// Waits for the end of one transfer at a time; its response comes from the hook.
final class TransferDelegate: NSObject, URLSessionTaskDelegate, Sendable {
  /// The transfer under way.
  private struct Transfer {
    /// The task whose end counts: that of a task that was given up may still come.
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
  ///   - task: A task that was not started yet.
  ///   - seconds: How long to wait.
  /// - Returns: URLSession's error, if there is one; nil if the time ran out.
  func run(_ task: URLSessionTask, seconds: Double) -> Result<Void, NSError>? {
    transfer.withLock { $0 = Transfer(task: task.taskIdentifier) }
    task.resume()
    if finished.wait(timeout: .now() + seconds) == .timedOut {
      // It may have ended just now: then its signal must not be left for the next transfer.
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
    let isNews = transfer.withLock { transfer in
      guard transfer.task == task.taskIdentifier, !transfer.isOver else { return false }
      transfer.error = error.map { $0 as NSError }
      transfer.isOver = true
      return true
    }
    if isNews { finished.signal() }
  }
}
