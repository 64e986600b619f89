import Foundation
import Synchronization
import TestSupport

/// Plays the recorded parts of kube-apiserver 1.36, a few lists for kubectl, and RBAC objects and
/// Secrets that can be created and applied.
///
/// It speaks plain HTTP: put a ``TLSFront`` in front of it, because client-go runs plugins over TLS
/// only. YAML, protobuf, impersonation, token requests and everything else that was not recorded is
/// rejected.
package final class APIServerStandIn: StandIn {
  package let core: StandInCore<APIServerConfiguration>
  private let rejections = Mutex(0)
  private let seen = Mutex<[String]>([])

  package init(_ configuration: APIServerConfiguration) throws {
    core = StandInCore(configuration)
    try start()
  }

  /// Responds with 401 to the given number of requests with a token, even if the token is valid.
  package func rejectNext(_ count: Int) { rejections.withLock { $0 = count } }

  /// All bearer tokens seen, in order.
  package var tokens: [String] { seen.withLock { $0 } }

  package func respond(to request: LoopbackRequest) -> LoopbackResponse {
    respond(to: request, certificate: nil)
  }

  /// Responds to a request from a client with a certificate.
  package func respond(to request: LoopbackRequest, certificate: User?) -> LoopbackResponse {
    var response = authorized(request, certificate)
    if response.header("Cache-Control") == nil, response.status != 501 {
      response.headers.append(("Cache-Control", "no-cache, private"))
    }
    return response
  }

  private func authorized(_ request: LoopbackRequest, _ certificate: User?) -> LoopbackResponse {
    guard request.header("Impersonate-User") == nil else { return .notRecorded(request) }
    // Parsed as by kube-apiserver: with a second space there is no token.
    let words = (request.header("Authorization") ?? "").trimmingCharacters(in: .whitespaces)
      .split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let token =
      certificate == nil && words.count > 1 && words[0].lowercased() == "bearer" ? words[1] : nil
    var user = certificate
    if let token, !token.isEmpty {
      seen.withLock { $0.append(token) }
      let isRejected = rejections.withLock { remaining in
        defer { remaining = max(0, remaining - 1) }
        return remaining > 0
      }
      user = isRejected ? nil : self.user(of: token)
      if user == nil { return .unauthorized }
    }
    if user == nil, !configuration.allowsAnonymous { return .unauthorized }
    let known = user ?? .anonymous
    let action = APIAction(request)
    var response: LoopbackResponse
    do {
      let isAllowed = binding(for: known, action) != nil
      response =
        isAllowed ? try route(request, action, known) : action.forbidden(to: known.name)
    } catch {
      response = error as? LoopbackResponse ?? .notRecorded(request)
    }
    if token == "" {
      response.headers.append(
        (
          "Warning",
          "299 - \"the provided Authorization header contains extra space before the bearer token, "
            + "and is ignored\""
        ))
    }
    return response.prettyPrinted(for: request)
  }

  private func bindings(of user: User) -> [APIBinding] {
    let configuration = configuration
    let admins =
      configuration.allowedUsers?.map {
        APIBinding($0, role: "cluster-admin", user: $0, rules: APIBinding.everything)
      } ?? [
        APIBinding("cluster-admin", group: "system:authenticated", rules: APIBinding.everything)
      ]
    let all =
      configuration.bindings + admins + APIBinding.stored(in: configuration.objects)
      + APIBinding.defaults(opensDiscovery: configuration.opensDiscovery)
    return all.filter { $0.binds(user) }
  }

  private func binding(for user: User, _ action: APIAction) -> APIBinding? {
    bindings(of: user).first { binding in
      binding.rules.contains { $0.allows(action, in: binding.namespace) }
    }
  }

  /// Whether the user has all rights, so that RBAC objects cannot grant more than the user has.
  func hasAllRights(_ user: User) -> Bool {
    let everything = APIAction(review: [
      "resourceAttributes": ["verb": "*", "group": "*", "resource": "*"]
    ])
    return everything.map { binding(for: user, $0) != nil } ?? false
  }

  private func route(
    _ request: LoopbackRequest, _ action: APIAction, _ user: User
  ) throws -> LoopbackResponse {
    let path = request.path
    if APIBinding.discoveryPaths.contains(path) { return try issuerDocument(request) }
    if ["/healthz", "/livez", "/readyz"].contains(path) {
      return .text("ok", headers: [("X-Content-Type-Options", "nosniff")])
    }
    if let document = APIDocuments.discovery(path, address: address) {
      try request.checkAccept(["application/json"])
      return path == "/version"
        ? .text(document.indented(), type: "application/json") : .object(document)
    }
    guard action.resource != nil, !path.hasPrefix("/openapi/v2") else {
      return path.hasPrefix("/openapi/v2") ? .notRecorded(request) : .notFound
    }
    try request.checkAccept([
      "application/json", "application/yaml", "application/vnd.kubernetes.protobuf",
    ])
    func named(_ resource: APIDocuments.Resource) -> Bool {
      action.version == "v1" && resource.qualifiedName == action.qualifiedResource
    }
    if let kind = APIDocuments.reviews.first(where: named) {
      return action.verb == "create" ? review(kind, request, user) : .notRecorded(request)
    }
    guard let resource = APIDocuments.stored.first(where: named) else {
      return .status(
        404, "NotFound", "the server could not find the requested resource", details: [:])
    }
    let found = (configuration.objects[resource.qualifiedName] ?? []).filter {
      action.namespace == nil || $0.namespace == action.namespace
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
      return found.first { $0.name == name }.map { .object($0) }
        ?? .missing(name, resource.name, group: resource.group)
    case ("create", nil), ("patch", _?):
      guard resource.verbs.contains(action.verb) else { return .notRecorded(request) }
      return write(request, action, resource, user)
    default: return .notRecorded(request)
    }
  }

  private var address: String { configuration.address ?? "127.0.0.1:\(server.port)" }

  /// The two public documents of the server's own issuer.
  private func issuerDocument(_ request: LoopbackRequest) throws -> LoopbackResponse {
    guard let own = configuration.serviceAccounts,
      own.issuer.hasPrefix("https:") || configuration.publishesPlainIssuer
    else { return .notFound }
    let isKeys = request.path.hasPrefix("/openid/")
    let type = isKeys ? "application/jwk-set+json" : "application/json"
    try request.checkAccept([type])
    let scheme = own.issuer.hasPrefix("http:") ? "http" : "https"
    let document: JSONValue =
      isKeys
      ? RSAKey.keySet([own.key] + own.furtherKeys)
      : [
        "issuer": .string(own.issuer), "jwks_uri": .string("\(scheme)://\(address)/openid/v1/jwks"),
        "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
      ]
    return .text(document.text, type: type, headers: [("Cache-Control", "public, max-age=3600")])
  }

  /// SelfSubjectReview, SelfSubjectAccessReview and SelfSubjectRulesReview.
  private func review(
    _ resource: APIDocuments.Resource, _ request: LoopbackRequest, _ user: User
  ) -> LoopbackResponse {
    let kind = resource.kind
    let type = request.header("Content-Type")?.split(separator: ";").first.map(String.init)
    var bytes = request.body
    // kubectl auth whoami sends this; it accepts a JSON response.
    if type == "application/vnd.kubernetes.protobuf" {
      guard kind == "SelfSubjectReview", bytes.starts(with: Array("k8s\0".utf8)),
        request.text.contains(kind)
      else { return .notRecorded(request) }
      bytes = Array(#"{"kind":"\#(kind)","apiVersion":"\#(resource.version)"}"#.utf8)
    } else if type != nil, type != "application/json" {
      return .status(
        415, "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: "
          + "application/json, application/yaml, application/vnd.kubernetes.protobuf")
    }
    guard let body = try? JSONValue(parsing: bytes) else {
      guard ["", "{"].contains(request.text) else { return .notRecorded(request) }
      return .status(
        400, "BadRequest",
        "the object provided is unrecognized (must be of type \(kind)): couldn't get version/kind; "
          + "json parse error: unexpected end of JSON input "
          + "(\(bytes.isEmpty ? "<empty>" : request.text))")
    }
    guard let sent = body["kind"]?.string, body["apiVersion"]?.string == resource.version else {
      return .notRecorded(request)
    }
    guard sent == kind else {
      return .status(
        400, "BadRequest",
        "\(sent) in version \"v1\" cannot be handled as a \(kind): converting (v1.\(sent)) to "
          + "(authentication.\(kind)): unknown conversion")
    }
    let time = JSONValue.string(configuration.now().formatted(.iso8601))
    let metadata: JSONValue
    let spec: JSONValue?
    let status: JSONValue
    switch kind {
    case "SelfSubjectReview":
      (metadata, spec) = (["creationTimestamp": time], nil)
      status = ["userInfo": user.info]
    case "SelfSubjectRulesReview":
      guard let namespace = body["spec"]?["namespace"]?.string, !namespace.isEmpty else {
        return .status(400, "BadRequest", "no namespace on request")
      }
      (metadata, spec) = ([:], [:])
      status = APIDocuments.rules(bindings(of: user), namespace: namespace)
    default:
      spec = body["spec"]
      guard let spec, let action = APIAction(review: spec) else {
        let field = "spec.resourceAttributes"
        let message =
          "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be "
          + "specified"
        return .status(
          422, "Invalid", ".\(resource.group) \"\" is invalid: \(field): \(message)",
          details: [
            "group": .string(resource.group),
            "causes": [
              [
                "reason": "FieldValueInvalid", "message": .string(message),
                "field": .string(field),
              ]
            ],
          ])
      }
      let manager = request.header("User-Agent")?.split(separator: "/").first.map(String.init)
      let field: JSONValue = [
        "manager": .string(manager ?? "unknown"), "operation": "Update",
        "apiVersion": .string(resource.version), "time": time, "fieldsType": "FieldsV1",
        "fieldsV1": ["f:spec": APIDocuments.fields(of: spec)],
      ]
      metadata = ["managedFields": [field]]
      status =
        binding(for: user, action).map { ["allowed": true, "reason": .string($0.reason)] }
        ?? ["allowed": false]
    }
    return .object(
      [
        "kind": .string(kind), "apiVersion": .string(resource.version), "metadata": metadata,
        "spec": spec, "status": status,
      ], status: 201)
  }
}

extension LoopbackRequest {
  /// Throws a 406 if the client accepts none of the types; types without a recording are rejected.
  fileprivate func checkAccept(_ types: [String]) throws {
    guard let accept = header("Accept") else { return }
    let accepted = accept.split(separator: ",").map {
      $0.split(separator: ";").first?.trimmingCharacters(in: .whitespaces) ?? ""
    }
    if !Set(["*/*", "application/*", types[0]]).isDisjoint(with: accepted) { return }
    guard !accepted.contains(where: { $0.hasSuffix("yaml") || $0.hasSuffix("protobuf") }) else {
      throw LoopbackResponse.notRecorded(self)
    }
    throw LoopbackResponse.status(
      406, "NotAcceptable",
      "406: Not Acceptable\n\nAvailable representations: \(types.joined(separator: ", "))",
      details: [:])
  }
}

extension LoopbackResponse {
  /// Indents objects for browsers and curl, and a 406 for clients that do not accept JSON.
  fileprivate func prettyPrinted(for request: LoopbackRequest) -> LoopbackResponse {
    let agent = request.header("User-Agent") ?? ""
    let accept = request.header("Accept") ?? ""
    let isForPeople =
      status == 406 && !accept.contains("application/json")
      || ["curl", "Wget", "Mozilla/5.0"].contains(where: agent.hasPrefix)
      || accept.contains("text/html") || request.queryValue("pretty") == "true"
    guard isForPeople, header("Content-Type") == "application/json", body.last == 0x0A,
      let value = try? JSONValue(parsing: body)
    else { return self }
    var response = self
    response.body = Array(value.indented().utf8)
    return response
  }
}
