import Encoding
import FoundationEssentials
import OpenIDConnect
import Synchronization
import TokenExchange

/// A Dex with prepared responses, and clocks that advance only while the client waits.
final class ScriptedDex: Sendable {
  typealias Outcome = Result<HTTPResponse, TransportError>

  private let outcomes: Mutex<[Outcome]>
  private let elapsed = Mutex(0.0)
  private let clockChange = Mutex(0.0)
  private let received = Mutex<[(request: HTTPRequest, time: Double)]>([])
  private let logged = Mutex<[LoginEvent]>([])

  /// Whether the process that waits for the result has ended.
  let isAbandoned: Bool

  init(_ outcomes: [Outcome], isAbandoned: Bool = false) {
    self.outcomes = Mutex(outcomes)
    self.isAbandoned = isAbandoned
  }

  static let device = Sample.response(
    200,
    """
    {"device_code": "secret-device-code", "user_code": "RVCG-TBGL",
     "verification_uri": "https://dex.example/dex/device",
     "verification_uri_complete": "https://dex.example/dex/device?user_code=RVCG-TBGL",
     "expires_in": 300, "interval": 5}
    """)
  static let pending = error("authorization_pending")
  static let slowDown = error("slow_down")
  static let lost = Outcome.failure(TransportError.connectionClosed)

  static func error(_ code: String, status: Int = 400) -> Outcome {
    .success(Sample.response(status, #"{"error":"\#(code)"}"#))
  }

  static func tokens(
    refresh: String? = "refresh-one", issuer: String? = nil, idToken: String? = nil
  ) -> Outcome {
    let token = idToken ?? Sample.issued(issuer: issuer ?? "https://dex.example/dex")
    let more = refresh.map { #","refresh_token":"\#($0)""# } ?? ""
    return .success(
      Sample.response(200, #"{"access_token":"other","id_token":"\#(token)"\#(more)}"#))
  }

  static func request(_ secret: Secret? = nil) throws -> LoginRequest {
    LoginRequest(
      issuer: try EndpointURL("https://dex.example/dex"),
      clientID: "target-cluster", clientSecret: secret,
      scopes: ["openid", "email", "offline_access"])
  }

  /// Changes the wall clock.
  func changeClock(by seconds: Double) { clockChange.withLock { $0 += seconds } }

  /// All requests in order.
  var requests: [HTTPRequest] { received.withLock { $0.map(\.request) } }

  /// The uptime at each request.
  var times: [Double] { received.withLock { $0.map(\.time) } }

  /// The logged events.
  var events: [LoginEvent] { logged.withLock { $0 } }

  var uptime: Double { elapsed.withLock { $0 } }

  func client(_ request: LoginRequest) -> LoginClient {
    LoginClient(
      request: request, trust: .system,
      send: { request, _ throws(TransportError) in
        let time = self.uptime
        self.received.withLock { $0.append((request: request, time: time)) }
        let outcome = self.outcomes.withLock { $0.count > 1 ? $0.removeFirst() : $0.first }
        guard let outcome else { throw TransportError.other("unexpected request") }
        return try outcome.get()
      },
      now: { Sample.now.addingTimeInterval(self.uptime + self.clockChange.withLock { $0 }) },
      uptime: { self.uptime },
      sleep: { seconds in
        self.elapsed.withLock { $0 += seconds }
        return !self.isAbandoned
      },
      log: { event in self.logged.withLock { $0.append(event) } }, userAgent: "test")
  }
}
