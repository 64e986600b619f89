import Foundation
import FoundationNetworking
import Synchronization

/// The end of one transfer; its response comes from the hook.
///
/// It is reported to a completion handler. A delegate would cost a quarter of an http exchange:
/// URLSession casts it to each of its delegate protocols, many times, and Swift does not remember
/// that a type lacks a conformance but searches all of them again.
final class Transfer: Sendable {
  private let error = Mutex<NSError?>(nil)
  private let finished = DispatchSemaphore(value: 0)

  /// Sends a request and waits for the end of the transfer.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - session: Sends it.
  ///   - seconds: How long to wait.
  /// - Returns: URLSession's error, if there is one; nil if the time ran out.
  static func run(
    _ request: URLRequest, in session: URLSession, seconds: Double
  ) -> Result<Void, NSError>? {
    let transfer = Transfer()
    session.dataTask(with: request) { _, _, error in
      transfer.error.withLock { $0 = error.map { $0 as NSError } }
      transfer.finished.signal()
    }.resume()
    guard transfer.finished.wait(timeout: .now() + seconds) == .success else { return nil }
    return transfer.error.withLock { $0.map(Result.failure) ?? .success(()) }
  }
}
