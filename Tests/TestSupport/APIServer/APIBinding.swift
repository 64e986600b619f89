/// An RBAC binding with the rules of its role.
public struct APIBinding: Sendable {
  /// A rule for resources or paths.
  public struct Rule: Sendable {
    /// `verbs`.
    public var verbs: [String]
    /// `apiGroups`.
    public var groups: [String] = []
    /// `resources`.
    public var resources: [String] = []
    /// `nonResourceURLs`.
    public var paths: [String] = []

    /// Makes a rule.
    public init(
      _ verbs: [String], groups: [String] = [], resources: [String] = [], paths: [String] = []
    ) {
      self.verbs = verbs
      self.groups = groups
      self.resources = resources
      self.paths = paths
    }
  }

  /// The binding's name, which is also the role's unless another is given.
  public var name: String
  /// The role's name.
  public var role: String
  /// `Role` or `ClusterRole`.
  public var roleKind: String
  /// `User` or `Group`.
  public var subjectKind: String
  /// The subject's name.
  public var subject: String
  /// The namespace of a RoleBinding; nil for a ClusterRoleBinding.
  public var namespace: String?
  /// The role's rules.
  public var rules: [Rule]

  /// Makes a binding.
  public init(
    _ name: String, role: String? = nil, roleKind: String? = nil, group: String? = nil,
    user: String = "", namespace: String? = nil, rules: [Rule]
  ) {
    self.name = name
    self.role = role ?? name
    self.roleKind = roleKind ?? (namespace == nil ? "ClusterRole" : "Role")
    subjectKind = group == nil ? "User" : "Group"
    subject = group ?? user
    self.namespace = namespace
    self.rules = rules
  }

  static let everything: [Rule] = [
    Rule(["*"], groups: ["*"], resources: ["*"]), Rule(["*"], paths: ["*"]),
  ]

  static let discoveryPaths = [
    "/.well-known/openid-configuration", "/.well-known/openid-configuration/", "/openid/v1/jwks",
    "/openid/v1/jwks/",
  ]

  /// The bindings of every cluster.
  static func defaults(opensDiscovery: Bool) -> [APIBinding] {
    let health = ["/healthz", "/livez", "/readyz", "/version", "/version/"]
    let discovery = [
      "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*",
      "/readyz", "/version", "/version/",
    ]
    let all = "system:authenticated"
    let issuer = "system:service-account-issuer-discovery"
    return [
      APIBinding("cluster-admin", group: "system:masters", rules: everything),
      APIBinding(
        "system:basic-user", group: all,
        rules: [
          Rule(
            ["create"], groups: ["authorization.k8s.io"],
            resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
          Rule(["create"], groups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"]),
        ]),
    ]
      + [all, "system:unauthenticated"].map {
        APIBinding("system:public-info-viewer", group: $0, rules: [Rule(["get"], paths: health)])
      }
      + [APIBinding("system:discovery", group: all, rules: [Rule(["get"], paths: discovery)])]
      + (["system:serviceaccounts"] + (opensDiscovery ? ["system:unauthenticated"] : [])).map {
        APIBinding(issuer, group: $0, rules: [Rule(["get"], paths: discoveryPaths)])
      }
  }

  /// The binding as the reason of an access review names it.
  var reason: String {
    let kind = namespace == nil ? "ClusterRoleBinding" : "RoleBinding"
    let place = namespace.map { name + "/" + $0 } ?? name
    return "RBAC: allowed by \(kind) \"\(place)\" of \(roleKind) \"\(role)\" "
      + "to \(subjectKind) \"\(subject)\""
  }
}

/// The action of a request, as the API server's authorizers see it.
struct APIAction: Equatable {
  var verb: String
  var path: String
  var group = ""
  var version = ""
  var resource: String?
  var subresource: String?
  var namespace: String?
  var name: String?

  /// Reads a request's method and path.
  init(_ request: LoopbackRequest) {
    path = request.path
    verb = request.method.lowercased()
    var parts = path.split(separator: "/").map(String.init)
    guard let root = parts.first, ["api", "apis"].contains(root),
      parts.count > (root == "api" ? 2 : 3)
    else { return }
    group = root == "api" ? "" : parts[1]
    version = root == "api" ? parts[1] : parts[2]
    parts.removeFirst(root == "api" ? 2 : 3)
    if parts[0] == "namespaces", parts.count > 2 {
      namespace = parts[1]
      parts.removeFirst(2)
    }
    resource = parts[0]
    name = parts.count > 1 ? parts[1] : nil
    subresource = parts.count > 2 ? parts[2] : nil
    switch verb {
    case "get", "head": verb = name == nil ? "list" : "get"
    case "post": verb = "create"
    case "put": verb = "update"
    default: break
    }
  }

  /// Reads the attributes of an access review.
  init?(review spec: JSONValue?) {
    let attributes = spec?["resourceAttributes"] ?? spec?["nonResourceAttributes"]
    guard let attributes else { return nil }
    verb = attributes["verb"]?.string ?? ""
    path = attributes["path"]?.string ?? ""
    group = attributes["group"]?.string ?? ""
    resource = attributes["resource"]?.string
    namespace = attributes["namespace"]?.string
    name = attributes["name"]?.string
  }

  var qualifiedResource: String {
    let full = [resource, subresource].compactMap { $0 }.joined(separator: "/")
    return group.isEmpty ? full : full + "." + group
  }

  func isAllowed(by binding: APIBinding) -> Bool {
    binding.rules.contains { rule in
      guard rule.verbs.contains("*") || rule.verbs.contains(verb) else { return false }
      guard let resource else {
        return binding.namespace == nil
          && rule.paths.contains { pattern in
            pattern == path || pattern.hasSuffix("*") && path.hasPrefix(pattern.dropLast())
          }
      }
      let full = [resource, subresource].compactMap { $0 }.joined(separator: "/")
      return (binding.namespace == nil || binding.namespace == namespace)
        && (rule.groups.contains("*") || rule.groups.contains(group))
        && (rule.resources.contains("*") || rule.resources.contains(full))
    }
  }

  /// kube-apiserver's 403.
  func forbidden(to user: String) -> LoopbackResponse {
    var details = JSONObject()
    var message = "forbidden: User \"\(user)\" cannot \(verb) path \"\(path)\""
    if let resource {
      let full = [resource, subresource].compactMap { $0 }.joined(separator: "/")
      let place = namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
      let kind = group.isEmpty ? resource : resource + "." + group
      message =
        "\(kind)\(name.map { " \"\($0)\"" } ?? "") is forbidden: User \"\(user)\" cannot \(verb) "
        + "resource \"\(full)\" in API group \"\(group)\" \(place)"
      if let name { details["name"] = .string(name) }
      if !group.isEmpty { details["group"] = .string(group) }
      details["kind"] = .string(resource)
    }
    var response = LoopbackResponse.status(403, "Forbidden", message, details: details)
    response.headers.append(("X-Content-Type-Options", "nosniff"))
    return response
  }
}
