import Foundation
import Synchronization

/// Plays as much of kube-apiserver as kubectl needs to say who one is and to list two kinds.
///
/// It speaks plain HTTP: put a ``TLSFront`` before it, for client-go runs no plugin without TLS.
public final class APIServerStandIn: Sendable {
  /// Somebody who got in.
  public struct User: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The groups, `system:authenticated` among them.
    public var groups: [String]
  }

  private let configured: Mutex<APIServerConfiguration>
  private let rejections = Mutex(0)
  private let seen = Mutex<[String]>([])
  private let started = Mutex<LoopbackServer?>(nil)

  /// Starts a stand-in; port 0 takes a free one.
  public init(_ configuration: APIServerConfiguration, port: Int = 0) throws {
    configured = Mutex(configuration)
    let server = try LoopbackServer(port: port) { [weak self] request in
      self?.answer(request) ?? .fault(.dropped)
    }
    started.withLock { $0 = server }
  }

  /// The server underneath.
  public var server: LoopbackServer {
    guard let server = started.withLock({ $0 }) else { preconditionFailure("not started") }
    return server
  }

  /// Stops the server.
  public func stop() { started.withLock { $0 }?.stop() }

  /// The set-up.
  public var configuration: APIServerConfiguration { configured.withLock { $0 } }

  /// Changes the set-up while the stand-in runs.
  public func update(_ change: (inout APIServerConfiguration) -> Void) {
    configured.withLock { change(&$0) }
  }

  /// Answers the next so many requests that bring a token with 401, however good the token is.
  public func rejectNext(_ count: Int) { rejections.withLock { $0 = count } }

  /// All bearer tokens seen, in order.
  public var tokens: [String] { seen.withLock { $0 } }

  /// Answers one request; the server's handler.
  public func answer(_ request: LoopbackRequest) -> LoopbackResponse {
    if request.path == "/_control" { return control(request) }
    let path = request.path
    let authorization = request.header("Authorization") ?? ""
    guard authorization.lowercased().hasPrefix("bearer ") else {
      // Anybody may read these, as the role system:public-info-viewer says.
      if path == "/version" || path == "/healthz" || path == "/livez" || path == "/readyz" {
        return route(request, user: User(name: "system:anonymous", groups: []))
      }
      return .unauthorized
    }
    let token = String(authorization.dropFirst(7))
    seen.withLock { $0.append(token) }
    let isRejected = rejections.withLock { rest in
      defer { rest = max(0, rest - 1) }
      return rest > 0
    }
    guard !isRejected, let user = user(of: token) else { return .unauthorized }
    return route(request, user: user)
  }

  /// Whom a token stands for; nil if it is refused.
  public func user(of token: String) -> User? {
    let configuration = configuration
    guard let token = JWT(token), token.isSigned(byOneOf: configuration.keys),
      token.claims["iss"]?.string == configuration.issuer, token.isFor(configuration.clientID),
      let expiry = token.claims["exp"]?.number,
      expiry > configuration.now().timeIntervalSince1970
    else { return nil }
    let federated = token.claims["federated_claims"]
    if let connector = configuration.connector, federated?["connector_id"]?.string != connector {
      return nil
    }
    let claim = configuration.userClaim
    let isUnverified = claim == .email && token.claims["email_verified"]?.bool == false
    let value = claim == .federatedUserID ? federated?["user_id"] : token.claims[claim.rawValue]
    guard let name = value?.string, !name.isEmpty, !isUnverified else { return nil }
    let claimed = configuration.groupsClaim.flatMap { token.claims[$0] }
    let groups = claimed?.array?.compactMap(\.string) ?? claimed?.string.map { [$0] } ?? []
    return User(
      name: configuration.userPrefix + name,
      groups: groups.map { configuration.groupsPrefix + $0 } + ["system:authenticated"])
  }

  private func control(_ request: LoopbackRequest) -> LoopbackResponse {
    if request.method == "POST", let value = try? JSONValue(parsing: request.body) {
      if let count = value["reject"]?.integer { rejectNext(count) }
      if let claim = value["user_claim"]?.string.flatMap(APIServerConfiguration.UserClaim.init) {
        update { $0.userClaim = claim }
      }
      if let client = value["client_id"]?.string { update { $0.clientID = client } }
      if let prefix = value["user_prefix"]?.string {
        update {
          $0.userPrefix = prefix
          $0.groupsPrefix = prefix
        }
      }
      if let connector = value["connector"]?.string { update { $0.connector = connector } }
      if let users = value["allowed_users"]?.array?.compactMap(\.string) {
        update { $0.allowedUsers = Set(users) }
      }
    }
    return .json(["authenticated_requests": .integer(tokens.count)])
  }

  private func route(_ request: LoopbackRequest, user: User) -> LoopbackResponse {
    let path = request.path
    let review = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    if path == review, request.method == "POST" { return Self.review(of: user) }
    if let document = APIDocuments.discovery[path] { return .json(document) }
    if ["/healthz", "/livez", "/readyz"].contains(path) { return .text("ok") }
    guard let resource = path.split(separator: "/").last.map(String.init),
      let rows = APIDocuments.lists[path]
    else { return .status(code: 404, reason: "NotFound", APIDocuments.notFound) }
    let allowed = configuration.allowedUsers
    guard allowed?.contains(user.name) != false else {
      let place =
        path.contains("/namespaces/")
        ? "in the namespace \"\(path.split(separator: "/")[3])\"" : "at the cluster scope"
      return .status(
        code: 403, reason: "Forbidden",
        "\(resource) is forbidden: User \"\(user.name)\" cannot list resource \"\(resource)\" "
          + "in API group \"\" \(place)", kind: resource)
    }
    return .json(APIDocuments.list(rows, asTable: request.header("Accept")?.contains("as=Table")))
  }

  private static func review(of user: User) -> LoopbackResponse {
    .json(
      [
        "kind": "SelfSubjectReview", "apiVersion": "authentication.k8s.io/v1",
        "metadata": ["creationTimestamp": "2026-11-21T00:00:00Z"],
        "status": [
          "userInfo": ["username": .string(user.name), "groups": .strings(user.groups)]
        ],
      ], status: 201)
  }
}

extension LoopbackResponse {
  /// The answer of kube-apiserver to a token that it does not take.
  public static var unauthorized: LoopbackResponse {
    .status(code: 401, reason: "Unauthorized", "Unauthorized")
  }

  /// A `Status` as kube-apiserver writes it.
  static func status(
    code: Int, reason: String, _ message: String, kind: String? = nil
  ) -> LoopbackResponse {
    var status = JSONObject([
      ("kind", "Status"), ("apiVersion", "v1"), ("metadata", [:]), ("status", "Failure"),
      ("message", .string(message)), ("reason", .string(reason)),
    ])
    if let kind { status["details"] = ["kind": .string(kind)] }
    status["code"] = .integer(code)
    var response = json(.object(status), status: code)
    response.body.append(0x0A)
    return response
  }
}
