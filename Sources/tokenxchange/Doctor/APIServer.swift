import Encoding
import Platform
import TokenExchange

/// An API server, and how to connect to it.
struct APIServer: Sendable, Equatable {
  var url: EndpointURL
  var trust: HTTPOptions.Trust
  var timeout: Double
  /// The proxy in the configuration; nil for the environment's.
  var proxyURL: String?
  /// The name in its certificate, if that is not the URL's host.
  var tlsServerName: String?

  struct User: Equatable, Sendable {
    var name: String
    var groups: [String]
  }

  /// A review of the caller; it is posted, and nothing is stored.
  enum Review: String {
    /// The user (`authentication.k8s.io/v1`, Kubernetes 1.28).
    case subject = "SelfSubjectReview"
    /// Whether the user may do something (`authorization.k8s.io/v1`).
    case access = "SelfSubjectAccessReview"
    /// What the user may do in a namespace (`authorization.k8s.io/v1`).
    case rules = "SelfSubjectRulesReview"

    fileprivate var group: String {
      self == .subject ? "authentication.k8s.io/v1" : "authorization.k8s.io/v1"
    }
  }

  /// Sends a review with a token, and returns the response, whatever its status.
  func send(
    _ review: Review, spec: JSON? = nil, _ token: Secret, in world: World
  ) throws(APIServerError) -> HTTPResponse {
    let endpoint = url.appending("/apis/\(review.group)/\(review.rawValue.lowercased())s")
    var body: JSON.Object = [
      "apiVersion": .string(review.group), "kind": .string(review.rawValue),
    ]
    if let spec { body["spec"] = spec }
    let request = HTTPRequest(
      method: "POST", url: endpoint.text,
      headers: [
        .init("Content-Type", "application/json"), .init("Accept", "application/json"),
        .init("User-Agent", Version.userAgent),
        .init("Authorization", "Bearer " + token.revealed),
      ], body: Array(JSON.object(body).text().utf8))
    var options = HTTPOptions(trust: trust, timeout: timeout)
    options.proxyURL = proxyURL
    do throws(TransportError) {
      return try request.send(by: world.network.send, options)
    } catch {
      throw .transport(error, endpoint, timeout: timeout)
    }
  }

  /// Reads the response to a SelfSubjectReview.
  func user(
    in response: HTTPResponse, _ observed: TokenObservations
  ) throws(APIServerError) -> User {
    let info = try status(in: response, .subject, observed)["userInfo"]
    guard let name = info?["username"]?.string else {
      throw .notAPIServer(url, status: response.status)
    }
    return User(name: name, groups: info?["groups"]?.strings ?? [])
  }

  /// The `status` of a review.
  func status(
    in response: HTTPResponse, _ review: Review, _ observed: TokenObservations
  ) throws(APIServerError) -> JSON {
    let document = JSON(parsing: response.body)
    switch response.status {
    case 200...299:
      if document?["kind"]?.string == review.rawValue, let status = document?["status"] {
        return status
      }
    case 401: throw .unauthorized(url, observed)
    case 403:
      throw .forbidden(url, message: document?["message"]?.string.map { response.shown($0) })
    default: break
    }
    throw .notAPIServer(url, status: response.status)
  }
}

/// What was observed about a token that an API server rejects, to narrow the causes of a 401.
struct TokenObservations: Equatable, Sendable {
  var method = AuthenticationMethod.getToken
  var issuer: String?
  var audiences: [String] = []
  /// The claims for user names that are not in the token.
  var absentClaims: [UsernameClaims.Claim] = []
  var isEmailUnverified = false
  /// Whether the issuer publishes the token's key; nil if unknown.
  var isKeyPublished: Bool?
  /// The difference between this machine's clock and the issuer's, if it is harmful.
  var clockDifference: ClockDifference?
}

extension TokenObservations {
  init(_ context: DoctorContext) {
    let jwt = context.token?.jwt
    let claims = jwt.map(UsernameClaims.init)
    self.init(
      method: context.method, issuer: jwt?.issuer, audiences: jwt?.audiences ?? [],
      absentClaims: context.method == .tokenFile ? [] : claims?.absent ?? [],
      isEmailUnverified: claims?.isEmailUnverified ?? false,
      isKeyPublished: context.isKeyPublished(of: jwt),
      clockDifference: context.harmfulClockDifference)
  }
}

/// Why an API server did not return a review.
enum APIServerError: Error, Equatable, Sendable {
  case transport(TransportError, EndpointURL, timeout: Double)
  /// 401; only the API server's log has the reason.
  case unauthorized(EndpointURL, TokenObservations)
  /// 403: the user is authenticated, but may not send this request.
  case forbidden(EndpointURL, message: String?)
  /// Something else, or an API server older than 1.28.
  case notAPIServer(EndpointURL, status: Int)
}
