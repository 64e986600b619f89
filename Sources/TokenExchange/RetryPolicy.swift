/// When a failed request is repeated, and after how long.
///
/// A token exchange changes nothing at the server, so it may be repeated; OAuth errors and
/// certificate errors are final, because they would be the same.
public struct RetryPolicy: Sendable, Equatable {
  /// The number of requests.
  public var attempts = 3
  /// The total of all pauses, in seconds.
  public var waiting = 5.0
  /// The longest first pause, in seconds; it doubles each time.
  public var firstPause = 0.2

  /// Three requests, five seconds of waiting.
  public init() {}

  /// How often a request may be repeated.
  enum RetryLimit: Equatable {
    case final
    case once
    case transient
  }

  /// How often a request is repeated after an error.
  static func retryLimit(of error: TokenExchangeError) -> RetryLimit {
    switch error {
    case .transport(.connectionRefused, _), .transport(.connectionClosed, _),
      .transport(.proxy(.tunnelClosed, _), _):
      .transient
    case .transport: .final
    case .oauth(let error, _): retryLimit(status: error.status)
    case .invalidResponse(let response, _): retryLimit(status: response.status)
    }
  }

  private static func retryLimit(status: Int) -> RetryLimit {
    switch status {
    case 429, 502, 503, 504: .transient
    case 500: .once
    default: .final
    }
  }

  /// How many seconds to wait before the next request; nil if there is none.
  ///
  /// - Parameters:
  ///   - attempt: How many requests were sent, from 1.
  ///   - waited: Seconds waited so far.
  ///   - retryAfter: What the server asked for, in seconds.
  ///   - random: A number from 0 to 1: full jitter, so that many clients do not return at the same
  ///     time.
  /// - Returns: Seconds, or nil.
  func pause(attempt: Int, waited: Double, retryAfter: Double?, random: Double) -> Double? {
    guard attempt < attempts else { return nil }
    let jittered = random * firstPause * Double(1 << (attempt - 1))
    let pause = max(retryAfter ?? jittered, 0)
    return waited + pause <= waiting ? pause : nil
  }
}
