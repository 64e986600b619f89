import Foundation
import Synchronization

/// Plays the recorded parts of kube-apiserver 1.36, a few lists for kubectl, and RBAC objects and
/// Secrets that can be created and applied.
///
/// It speaks plain HTTP: put a ``TLSFront`` in front of it, because client-go runs plugins over TLS
/// only. YAML, protobuf, impersonation, token requests and everything else that was not recorded is
/// rejected.
public final class APIServerStandIn: StandIn {
  /// An authenticated user.
  public struct User: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The groups, `system:authenticated` among them.
    public var groups: [String]
    /// The `uid`; empty for none.
    public var uid = ""
    /// The `extra` values.
    public var extra: [String: String] = [:]

    /// Makes a user.
    public init(name: String, groups: [String]) {
      self.name = name
      self.groups = groups
    }

    /// The user of a client certificate with `CN=admin`, `O=system:masters`.
    public static let admin = User(
      name: "admin", groups: ["system:masters", "system:authenticated"])
    static let anonymous = User(name: "system:anonymous", groups: ["system:unauthenticated"])
  }

  /// The configuration and the server.
  public let core: StandInCore<APIServerConfiguration>
  private let rejections = Mutex(0)
  private let seen = Mutex<[String]>([])

  /// Starts a stand-in; port 0 selects a free one.
  public init(_ configuration: APIServerConfiguration, port: Int = 0) throws {
    core = StandInCore(configuration)
    try start(port: port)
  }

  /// Responds with 401 to the given number of requests with a token, even if the token is valid.
  public func rejectNext(_ count: Int) { rejections.withLock { $0 = count } }

  /// All bearer tokens seen, in order.
  public var tokens: [String] { seen.withLock { $0 } }

  /// Responds to a request; the server's handler.
  public func respond(to request: LoopbackRequest) -> LoopbackResponse {
    respond(to: request, certificate: nil)
  }

  /// Responds to a request from a client with a certificate.
  public func respond(to request: LoopbackRequest, certificate: User?) -> LoopbackResponse {
    if request.path == "/_control" { return control(request) }
    var response = respond(request, certificate)
    if response.header("Cache-Control") == nil, response.status != 501 {
      response.headers.append(("Cache-Control", "no-cache, private"))
    }
    return response
  }

  private func respond(_ request: LoopbackRequest, _ certificate: User?) -> LoopbackResponse {
    guard request.header("Impersonate-User") == nil else { return .notRecorded(request) }
    // Parsed as by kube-apiserver: with a second space there is no token.
    let words = (request.header("Authorization") ?? "").trimmingCharacters(in: .whitespaces)
      .split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    var user = certificate
    var warning: (String, String)?
    if user == nil, words.count > 1, words[0].lowercased() == "bearer" {
      if words[1].isEmpty {
        warning = (
          "Warning",
          "299 - \"the provided Authorization header contains extra space before the bearer token, "
            + "and is ignored\""
        )
      } else {
        seen.withLock { $0.append(words[1]) }
        let isRejected = rejections.withLock { remaining in
          defer { remaining = max(0, remaining - 1) }
          return remaining > 0
        }
        user = isRejected ? nil : self.user(of: words[1])
        if user == nil { return .unauthorized }
      }
    }
    if user == nil, !configuration.allowsAnonymous { return .unauthorized }
    let known = user ?? .anonymous
    let action = APIAction(request)
    var response =
      binding(for: known, action) == nil
      ? action.forbidden(to: known.name) : route(request, action, known)
    if let warning { response.headers.append(warning) }
    return response.prettyPrinted(for: request)
  }

  /// The user of a token; nil if the token is rejected.
  public func user(of token: String) -> User? {
    let configuration = configuration
    if let user = configuration.staticTokens[token] { return user }
    guard let token = JWT(token), let expiry = token.claims["exp"]?.number,
      expiry > configuration.now().timeIntervalSince1970
    else { return nil }
    if let own = configuration.serviceAccounts, token.claims["iss"]?.string == own.issuer {
      return serviceAccount(token, own)
    }
    guard token.isSigned(byOneOf: configuration.keys),
      token.claims["iss"]?.string == configuration.issuer, token.isFor(configuration.clientID)
    else { return nil }
    let federated = token.claims["federated_claims"]
    if let connector = configuration.connector, federated?["connector_id"]?.string != connector {
      return nil
    }
    let claim = configuration.userClaim
    let isUnverified = claim == .email && token.claims["email_verified"]?.bool == false
    let value = claim == .federatedUserID ? federated?["user_id"] : token.claims[claim.rawValue]
    guard let name = value?.string, !name.isEmpty, !isUnverified,
      !configuration.refusesUser(configuration.userPrefix + name)
    else { return nil }
    let claimed = configuration.groupsClaim.flatMap { token.claims[$0] }
    let groups = claimed?.array?.compactMap(\.string) ?? claimed?.string.map { [$0] } ?? []
    var user = User(
      name: configuration.userPrefix + name,
      groups: groups.map { configuration.groupsPrefix + $0 } + ["system:authenticated"])
    user.uid = configuration.uidClaim.flatMap { token.claims[$0]?.string } ?? ""
    for (key, path) in configuration.extraClaims {
      let value = path.reduce(JSONValue?.some(token.claims)) { $0?[$1] }
      user.extra[key] = value?.string
    }
    return user.identified(by: token)
  }

  private func serviceAccount(_ token: JWT, _ issuer: ServiceAccountIssuer) -> User? {
    let subject = token.claims["sub"]?.string ?? ""
    let parts = subject.split(separator: ":").map(String.init)
    guard token.isSigned(byOneOf: [issuer.key]), token.isFor(issuer.issuer), parts.count == 4
    else { return nil }
    var user = User(
      name: subject,
      groups: [
        "system:serviceaccounts", "system:serviceaccounts:\(parts[2])", "system:authenticated",
      ])
    user.uid = token.claims["kubernetes.io"]?["serviceaccount"]?["uid"]?.string ?? ""
    return user.identified(by: token)
  }

  private func bindings(of user: User) -> [APIBinding] {
    let configuration = configuration
    var all = configuration.bindings
    all +=
      configuration.allowedUsers?.map {
        APIBinding($0, role: "cluster-admin", user: $0, rules: APIBinding.everything)
      } ?? [
        APIBinding(
          "cluster-admin", group: "system:authenticated", rules: APIBinding.everything)
      ]
    all += APIBinding.stored(in: configuration.objects)
    all += APIBinding.defaults(opensDiscovery: configuration.opensDiscovery)
    return all.filter {
      $0.subjectKind == "User" ? $0.subject == user.name : user.groups.contains($0.subject)
    }
  }

  /// Whether the user has all rights, so that RBAC objects cannot grant the user's own rights to
  /// others.
  func hasAllRights(_ user: User) -> Bool {
    let everything = APIAction(review: [
      "resourceAttributes": ["verb": "*", "group": "*", "resource": "*"]
    ])
    return everything.map { binding(for: user, $0) != nil } ?? false
  }

  private func binding(for user: User, _ action: APIAction) -> APIBinding? {
    bindings(of: user).first { action.isAllowed(by: $0) }
  }

  private func control(_ request: LoopbackRequest) -> LoopbackResponse {
    if request.method == "POST", let value = try? JSONValue(parsing: request.body) {
      if let count = value["reject"]?.integer { rejectNext(count) }
      update { configuration in
        if let claim = value["user_claim"]?.string.flatMap(APIServerConfiguration.UserClaim.init) {
          configuration.userClaim = claim
        }
        if let client = value["client_id"]?.string { configuration.clientID = client }
        if let prefix = value["user_prefix"]?.string {
          configuration.userPrefix = prefix
          configuration.groupsPrefix = prefix
        }
        if let connector = value["connector"]?.string { configuration.connector = connector }
        if let users = value["allowed_users"]?.array?.compactMap(\.string) {
          configuration.allowedUsers = Set(users)
        }
      }
    }
    return .json(["authenticated_requests": .integer(tokens.count)])
  }

  private func route(
    _ request: LoopbackRequest, _ action: APIAction, _ user: User
  ) -> LoopbackResponse {
    let path = request.path
    if APIBinding.discoveryPaths.contains(path) { return issuerDocument(request) }
    if ["/healthz", "/livez", "/readyz"].contains(path) {
      var response = LoopbackResponse.text("ok")
      response.headers.append(("X-Content-Type-Options", "nosniff"))
      return response
    }
    if let document = APIDocuments.discovery(path, address: address) {
      if let refusal = request.unacceptable(among: ["application/json"]) { return refusal }
      return path == "/version"
        ? .text(document.indented(), type: "application/json")
        : .object(document)
    }
    if path.hasPrefix("/openapi/v2") { return .notRecorded(request) }
    guard action.resource != nil else { return .notFound }
    if let refusal = request.unacceptable(
      among: ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"])
    {
      return refusal
    }
    if let kind = APIDocuments.reviews[action.qualifiedResource], action.version == "v1" {
      return action.verb == "create" ? review(kind, request, user) : .notRecorded(request)
    }
    let resource = APIDocuments.resources.first { $0.qualifiedName == action.qualifiedResource }
    guard let resource, action.version == "v1" else {
      return .status(404, "NotFound", APIDocuments.notFound, details: JSONObject())
    }
    let found = (configuration.objects[resource.qualifiedName] ?? []).filter {
      action.namespace == nil || $0["metadata"]?["namespace"]?.string == action.namespace
    }
    switch (action.verb, action.name) {
    case ("list", _):
      let asTable = request.header("Accept")?.contains("as=Table") == true
      // Only these have the columns of the stand-in's tables.
      guard !asTable || ["Namespace", "Pod"].contains(resource.kind) else {
        return .notRecorded(request)
      }
      return .object(APIDocuments.list(resource, found, asTable: asTable))
    case ("get", let name?):
      if let object = found.first(where: { $0["metadata"]?["name"]?.string == name }) {
        return .object(object)
      }
      return .missing(name, resource.name, group: resource.group)
    case ("create", nil), ("patch", _?):
      guard resource.verbs.contains(action.verb) else { return .notRecorded(request) }
      return write(request, action, resource, user)
    default: return .notRecorded(request)
    }
  }

  private var address: String { configuration.address ?? "127.0.0.1:\(server.port)" }

  /// The two public documents of the server's own issuer.
  private func issuerDocument(_ request: LoopbackRequest) -> LoopbackResponse {
    let configuration = configuration
    guard let own = configuration.serviceAccounts,
      own.issuer.hasPrefix("https:") || configuration.publishesPlainIssuer
    else { return .notFound }
    let isKeys = request.path.hasPrefix("/openid/")
    let type = isKeys ? "application/jwk-set+json" : "application/json"
    if let refusal = request.unacceptable(among: [type]) { return refusal }
    let document: JSONValue =
      isKeys
      ? RSAKey.keySet([own.key] + own.furtherKeys)
      : [
        "issuer": .string(own.issuer),
        "jwks_uri": .string(
          "\(own.issuer.hasPrefix("http:") ? "http" : "https")://\(address)/openid/v1/jwks"),
        "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
      ]
    var response = LoopbackResponse.text(document.text, type: type)
    response.headers.append(("Cache-Control", "public, max-age=3600"))
    return response
  }

  /// SelfSubjectReview, SelfSubjectAccessReview and SelfSubjectRulesReview.
  private func review(
    _ kind: String, _ request: LoopbackRequest, _ user: User
  ) -> LoopbackResponse {
    let group = kind == "SelfSubjectReview" ? "authentication.k8s.io" : "authorization.k8s.io"
    let type = request.header("Content-Type")?.split(separator: ";").first.map(String.init)
    // kubectl auth whoami sends this; it accepts a JSON response.
    if type == "application/vnd.kubernetes.protobuf" {
      guard kind == "SelfSubjectReview", request.body.starts(with: Array("k8s\0".utf8)),
        request.text.contains(kind)
      else { return .notRecorded(request) }
      var json = request
      json.headers = [(name: "Accept", value: "application/json")]
      json.body = Array(#"{"kind":"SelfSubjectReview","apiVersion":"\#(group)/v1"}"#.utf8)
      return review(kind, json, user)
    }
    guard type == nil || type == "application/json" else {
      return .status(
        415, "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: "
          + "application/json, application/yaml, application/vnd.kubernetes.protobuf")
    }
    guard let body = try? JSONValue(parsing: request.body) else {
      guard ["", "{"].contains(request.text) else { return .notRecorded(request) }
      return .status(
        400, "BadRequest",
        "the object provided is unrecognized (must be of type \(kind)): couldn't get version/kind; "
          + "json parse error: unexpected end of JSON input "
          + "(\(request.body.isEmpty ? "<empty>" : request.text))")
    }
    guard let sent = body["kind"]?.string, body["apiVersion"]?.string == group + "/v1" else {
      return .notRecorded(request)
    }
    guard sent == kind else {
      return .status(
        400, "BadRequest",
        "\(sent) in version \"v1\" cannot be handled as a \(kind): converting (v1.\(sent)) to "
          + "(authentication.\(kind)): unknown conversion")
    }
    let time = JSONValue.string(configuration.now().formatted(.iso8601))
    var response = JSONObject([("kind", .string(kind)), ("apiVersion", .string(group + "/v1"))])
    switch kind {
    case "SelfSubjectReview":
      response["metadata"] = ["creationTimestamp": time]
      response["status"] = ["userInfo": user.info]
    case "SelfSubjectRulesReview":
      guard let namespace = body["spec"]?["namespace"]?.string, !namespace.isEmpty else {
        return .status(400, "BadRequest", "no namespace on request")
      }
      response["metadata"] = [:]
      response["spec"] = [:]
      response["status"] = APIDocuments.rules(bindings(of: user), namespace: namespace)
    default:
      guard let spec = body["spec"], let action = APIAction(review: spec) else {
        return APIDocuments.missingAttributes
      }
      let field: JSONValue = [
        "manager": .string(request.userAgentName), "operation": "Update",
        "apiVersion": .string(group + "/v1"), "time": time, "fieldsType": "FieldsV1",
        "fieldsV1": ["f:spec": APIDocuments.fields(of: spec)],
      ]
      response["metadata"] = ["managedFields": [field]]
      response["spec"] = spec
      response["status"] =
        binding(for: user, action).map { ["allowed": true, "reason": .string($0.reason)] }
        ?? ["allowed": false]
    }
    return .object(.object(response), status: 201)
  }
}

extension APIServerStandIn.User {
  /// Adds the credential ID, for a token with a `jti`.
  fileprivate func identified(by token: JWT) -> Self {
    var user = self
    if let id = token.claims["jti"]?.string {
      user.extra["authentication.kubernetes.io/credential-id"] = "JTI=" + id
    }
    return user
  }

  fileprivate var info: JSONValue {
    var info = JSONObject([("username", .string(name))])
    if !uid.isEmpty { info["uid"] = .string(uid) }
    info["groups"] = .strings(groups)
    if !extra.isEmpty {
      info["extra"] = .object(
        JSONObject(extra.sorted { $0.key < $1.key }.map { ($0.key, [.string($0.value)]) }))
    }
    return .object(info)
  }
}

extension LoopbackRequest {
  /// 406 if the client accepts none of the types; types without a recording are rejected.
  fileprivate func unacceptable(among types: [String]) -> LoopbackResponse? {
    guard let accept = header("Accept") else { return nil }
    let accepted = accept.split(separator: ",").map {
      $0.split(separator: ";").first?.trimmingCharacters(in: .whitespaces) ?? ""
    }
    if accepted.contains("*/*") || accepted.contains("application/*")
      || accepted.contains(types[0])
    {
      return nil
    }
    guard !accepted.contains(where: { $0.hasSuffix("yaml") || $0.hasSuffix("protobuf") }) else {
      return .notRecorded(self)
    }
    return .status(
      406, "NotAcceptable",
      "406: Not Acceptable\n\nAvailable representations: \(types.joined(separator: ", "))",
      details: JSONObject())
  }

  /// The first part of the User-Agent.
  var userAgentName: String {
    header("User-Agent")?.split(separator: "/").first.map(String.init) ?? "unknown"
  }
}

extension LoopbackResponse {
  /// kube-apiserver's response to an invalid token.
  public static var unauthorized: LoopbackResponse {
    .status(401, "Unauthorized", "Unauthorized")
  }

  /// An object as kube-apiserver writes it: one line with a newline.
  static func object(_ value: JSONValue, status: Int = 200) -> LoopbackResponse {
    var response = json(value, status: status)
    response.body.append(0x0A)
    return response
  }

  /// kube-apiserver's 404 for an object.
  static func missing(_ name: String, _ resource: String, group: String = "") -> LoopbackResponse {
    var details = JSONObject([("name", .string(name))])
    if !group.isEmpty { details["group"] = .string(group) }
    details["kind"] = .string(resource)
    let full = group.isEmpty ? resource : resource + "." + group
    return .status(404, "NotFound", "\(full) \"\(name)\" not found", details: details)
  }

  /// A `Status` as kube-apiserver writes it.
  static func status(
    _ code: Int, _ reason: String, _ message: String, details: JSONObject? = nil
  ) -> LoopbackResponse {
    var status = JSONObject([
      ("kind", "Status"), ("apiVersion", "v1"), ("metadata", [:]), ("status", "Failure"),
      ("message", .string(message)), ("reason", .string(reason)),
    ])
    if let details { status["details"] = .object(details) }
    status["code"] = .integer(code)
    return object(.object(status), status: code)
  }

  /// Indents objects for browsers and curl, and returns 406 to clients that do not accept JSON.
  fileprivate func prettyPrinted(for request: LoopbackRequest) -> LoopbackResponse {
    let agent = request.header("User-Agent") ?? ""
    let accept = request.header("Accept") ?? ""
    let isForPeople =
      status == 406 && !accept.contains("application/json")
      || ["curl", "Wget", "Mozilla/5.0"].contains(where: agent.hasPrefix)
      || accept.contains("text/html")
      || LoopbackRequest.fields(request.query).contains {
        $0.name == "pretty" && $0.value == "true"
      }
    guard isForPeople, header("Content-Type") == "application/json", body.last == 0x0A,
      let value = try? JSONValue(parsing: body)
    else { return self }
    var response = self
    response.body = Array(value.indented().utf8)
    return response
  }
}
