import Foundation
import StandIns
import TestSupport

/// Faults of the token endpoint and of the network.
extension DexFault {
  static func tooManyRequests(retryAfter: String) -> DexFault {
    .status(429, headers: [("Retry-After", retryAfter)])
  }

  /// An OAuth error in Dex's form.
  static func oauth(
    _ error: String, _ description: String? = nil, status: Int = 400
  ) -> DexFault {
    .response(.error(error, description, status: status))
  }

  static func redirect(to location: String, status: Int = 302) -> DexFault {
    .response(.redirect(to: location, status: status))
  }

  /// A response with status 200 and an empty body.
  static let empty = response(
    LoopbackResponse(headers: [("Content-Type", "application/json")]))

  /// An unusable response, in one of several ways.
  static func delivery(_ delivery: LoopbackResponse.Delivery) -> DexFault {
    .response(.fault(delivery))
  }

  /// The correct response, delivered in an unusual way.
  static func delivering(_ delivery: LoopbackResponse.Delivery) -> DexFault {
    .changing { $0.delivery = delivery }
  }

  /// The correct response, after some seconds.
  static func delay(_ seconds: Double) -> DexFault { .changing { $0.delay = seconds } }

  /// The correct response, after a gate opens.
  static func held(by gate: Gate) -> DexFault {
    DexFault { right in
      gate.wait()
      return right()
    }
  }

  /// The first half of the correct body, with a matching Content-Length.
  static let truncatedJSON = changing { $0.body = Array($0.body.prefix($0.body.count / 2)) }

  /// The first half of the correct body, with the Content-Length of the complete body.
  static let truncatedBody = changing {
    let whole = $0.body
    $0.body = Array(whole.prefix(whole.count / 2))
    $0.delivery = .truncated(missing: whole.count - $0.body.count)
  }

  /// The correct response, with changed JSON members.
  static func changingJSON(
    _ change: @escaping @Sendable (inout JSONObject) -> Void
  ) -> DexFault {
    .changing { response in
      guard var object = (try? JSONValue(parsing: response.body))?.object else { return }
      change(&object)
      response.body = Array(JSONValue.object(object).text.utf8)
    }
  }
}

/// Holds responses back until the test has prepared the state in which they should arrive.
///
/// A fixed delay would be too short on a busy machine, and needlessly long on others.
final class Gate: Sendable {
  private let signal = DispatchSemaphore(value: 0)

  /// Opens the gate for all current and later waiters.
  func open() { signal.signal() }

  /// Waits for the gate, blocking the thread for at most a minute.
  func wait() { if signal.wait(timeout: .now() + 60) == .success { signal.signal() } }
}
