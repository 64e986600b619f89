import Foundation
import FoundationNetworking
import Synchronization
import TokenExchange

/// Collects the answer of one transfer at a time, and wakes who waits for it.
final class TransferDelegate: NSObject, URLSessionDataDelegate, Sendable {
  /// What a transfer has come to.
  struct Transfer: Sendable {
    /// The largest body that is read.
    var maximumBody: Int
    /// The task whose callbacks count: those of one given up earlier may still come.
    var task = 0
    /// The status and headers, once they are there.
    var answer: HTTPAnswer?
    /// URLSession's error.
    var error: NSError?
    /// Whether it has ended.
    var isOver = false
    /// Whether the body was larger than allowed.
    var isTooLarge = false
  }

  /// The transfer under way.
  let transfer = Mutex(Transfer(maximumBody: 0))
  /// Signalled when the transfer is over.
  let finished = DispatchSemaphore(value: 0)

  func urlSession(
    _ session: URLSession, task: URLSessionTask,
    willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
    completionHandler: @escaping (URLRequest?) -> Void
  ) {
    // Following it would send the token to another place than the one that was named.
    completionHandler(nil)
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
    completionHandler: @escaping (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
  ) {
    // A 401 is an answer like any other: what there is to show has been sent. URLSession has no way
    // to say so, and asks when all of the answer is here.
    if let response = challenge.failureResponse ?? task.response { keep(response, of: task) }
    finish(task, error: nil)
    completionHandler(.cancelAuthenticationChallenge, nil)
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    keep(response, of: dataTask)
    completionHandler(.allow)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let isTooLarge = transfer.withLock { transfer in
      guard transfer.task == dataTask.taskIdentifier, !transfer.isTooLarge else { return false }
      let size = (transfer.answer?.body.count ?? 0) + data.count
      transfer.isTooLarge = size > transfer.maximumBody
      if !transfer.isTooLarge { transfer.answer?.body.append(contentsOf: data) }
      return transfer.isTooLarge
    }
    if isTooLarge { dataTask.cancel() }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    if let response = task.response { keep(response, of: task) }
    finish(task, error: error.map { $0 as NSError })
  }

  /// Ends the transfer, once, and wakes who waits.
  private func finish(_ task: URLSessionTask, error: NSError?) {
    let isNews = transfer.withLock { transfer in
      guard transfer.task == task.taskIdentifier, !transfer.isOver else { return false }
      transfer.error = error
      transfer.isOver = true
      return true
    }
    if isNews { finished.signal() }
  }

  /// Notes the status and headers, the first time they are seen.
  private func keep(_ response: URLResponse, of task: URLSessionTask) {
    guard let response = response as? HTTPURLResponse else { return }
    transfer.withLock { transfer in
      guard transfer.task == task.taskIdentifier, transfer.answer == nil else { return }
      var headers: [String: String] = [:]
      for case (let name as String, let value as String) in response.allHeaderFields {
        headers[name.lowercased()] = value
      }
      transfer.answer = HTTPAnswer(status: response.statusCode, headers: headers)
    }
  }
}
