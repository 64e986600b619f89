import TestSupport

/// An RBAC binding with the rules of its role.
package struct APIBinding: Sendable {
  package struct Rule: Sendable {
    let verbs: [String]
    let groups: [String]
    let resources: [String]
    /// `nonResourceURLs`.
    let paths: [String]

    package init(
      _ verbs: [String], groups: [String] = [], resources: [String] = [], paths: [String] = []
    ) {
      (self.verbs, self.groups, self.resources, self.paths) = (verbs, groups, resources, paths)
    }

    func allows(_ action: APIAction, in namespace: String?) -> Bool {
      guard verbs.contains("*") || verbs.contains(action.verb) else { return false }
      guard action.resource != nil else {
        return namespace == nil
          && paths.contains { pattern in
            pattern == action.path
              || pattern.hasSuffix("*") && action.path.hasPrefix(pattern.dropLast())
          }
      }
      return (namespace == nil || namespace == action.namespace)
        && (groups.contains("*") || groups.contains(action.group))
        && (resources.contains("*") || resources.contains(action.fullResource))
    }
  }

  let name: String
  let role: String
  /// `Role` or `ClusterRole`.
  private let roleKind: String
  /// `User` or `Group`.
  private let subjectKind: String
  private let subject: String
  /// The namespace of a RoleBinding; nil for a ClusterRoleBinding.
  let namespace: String?
  let rules: [Rule]

  /// The role has the name of the binding, unless another is given.
  package init(
    _ name: String, role: String? = nil, roleKind: String? = nil, group: String? = nil,
    user: String = "", namespace: String? = nil, rules: [Rule]
  ) {
    (self.name, self.role, self.namespace, self.rules) = (name, role ?? name, namespace, rules)
    self.roleKind = roleKind ?? (namespace == nil ? "ClusterRole" : "Role")
    (subjectKind, subject) = group.map { ("Group", $0) } ?? ("User", user)
  }

  func binds(_ user: APIServerStandIn.User) -> Bool {
    subjectKind == "User" ? subject == user.name : user.groups.contains(subject)
  }

  /// The binding as the reason of an access review names it.
  var reason: String {
    let kind = namespace == nil ? "ClusterRoleBinding" : "RoleBinding"
    let place = namespace.map { name + "/" + $0 } ?? name
    return "RBAC: allowed by \(kind) \"\(place)\" of \(roleKind) \"\(role)\" "
      + "to \(subjectKind) \"\(subject)\""
  }

  static let everything = [Rule(["*"], groups: ["*"], resources: ["*"]), Rule(["*"], paths: ["*"])]

  static let discoveryPaths = [
    "/.well-known/openid-configuration", "/.well-known/openid-configuration/", "/openid/v1/jwks",
    "/openid/v1/jwks/",
  ]

  /// The bindings of every cluster.
  static func defaults(opensDiscovery: Bool) -> [APIBinding] {
    let (all, anonymous) = ("system:authenticated", "system:unauthenticated")
    func paths(_ name: String, _ groups: [String], _ paths: [String]) -> [APIBinding] {
      groups.map { APIBinding(name, group: $0, rules: [Rule(["get"], paths: paths)]) }
    }
    let reviews = [
      Rule(
        ["create"], groups: ["authorization.k8s.io"],
        resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
      Rule(["create"], groups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"]),
    ]
    return [
      APIBinding("cluster-admin", group: "system:masters", rules: everything),
      APIBinding("system:basic-user", group: all, rules: reviews),
    ]
      + paths(
        "system:public-info-viewer", [all, anonymous],
        ["/healthz", "/livez", "/readyz", "/version", "/version/"])
      + paths(
        "system:discovery", [all],
        [
          "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*",
          "/readyz", "/version", "/version/",
        ])
      + paths(
        "system:service-account-issuer-discovery",
        ["system:serviceaccounts"] + (opensDiscovery ? [anonymous] : []), discoveryPaths)
  }

  /// The roles that every cluster has, as far as the stand-in needs them.
  private static let builtInRoles: [String: [Rule]] = [
    "cluster-admin": everything,
    "view": [
      Rule(
        ["get", "list", "watch"], groups: [""],
        resources: [
          "bindings", "configmaps", "endpoints", "events", "limitranges", "namespaces",
          "namespaces/status", "persistentvolumeclaims", "persistentvolumeclaims/status", "pods",
          "pods/log", "pods/status", "replicationcontrollers", "replicationcontrollers/scale",
          "replicationcontrollers/status", "resourcequotas", "resourcequotas/status",
          "serviceaccounts", "services", "services/status",
        ])
    ],
  ]

  /// The bindings among stored objects, one for each subject.
  static func stored(in objects: [String: [JSONValue]]) -> [APIBinding] {
    ["clusterrolebindings", "rolebindings"].flatMap { list in
      (objects["\(list).\(APIDocuments.rbac)"] ?? []).flatMap { binding in
        let namespace = binding.namespace
        let role = binding["roleRef"]?["name"]?.string ?? ""
        let kind = binding["roleRef"]?["kind"]?.string ?? ""
        let rules = rules(ofRole: role, kind, namespace: namespace, in: objects)
        return (binding["subjects"]?.array ?? []).map { subject in
          let name = subject["name"]?.string ?? ""
          let account = "system:serviceaccount:\(subject["namespace"]?.string ?? ""):\(name)"
          return APIBinding(
            binding.name, role: role, roleKind: kind,
            group: subject["kind"] == "Group" ? name : nil,
            user: subject["kind"] == "ServiceAccount" ? account : name, namespace: namespace,
            rules: rules)
        }
      }
    }
  }

  private static func rules(
    ofRole name: String, _ kind: String, namespace: String?, in objects: [String: [JSONValue]]
  ) -> [Rule] {
    let isClusterRole = kind == "ClusterRole"
    let list = objects["\(isClusterRole ? "clusterroles" : "roles").\(APIDocuments.rbac)"] ?? []
    let role = list.first { $0.name == name && $0.namespace == (isClusterRole ? nil : namespace) }
    guard let role else { return isClusterRole ? builtInRoles[name] ?? [] : [] }
    return (role["rules"]?.array ?? []).map { rule in
      func strings(_ name: String) -> [String] { rule[name]?.strings ?? [] }
      return Rule(
        strings("verbs"), groups: strings("apiGroups"), resources: strings("resources"),
        paths: strings("nonResourceURLs"))
    }
  }
}

extension JSONValue {
  /// An object's `metadata.name`.
  var name: String { self["metadata"]?["name"]?.string ?? "" }
  /// An object's `metadata.namespace`.
  var namespace: String? { self["metadata"]?["namespace"]?.string }
}

/// The action of a request, as the API server's authorizers see it.
struct APIAction {
  private(set) var verb: String
  let path: String
  private(set) var group = ""
  private(set) var version = ""
  private(set) var resource: String?
  private var subresource: String?
  private(set) var namespace: String?
  private(set) var name: String?

  /// Reads a request's method and path.
  init(_ request: LoopbackRequest) {
    path = request.path
    verb = request.method.lowercased()
    var parts = path.split(separator: "/").map(String.init)
    // Between the root and the resource: a version, after a group unless it is the core group.
    let count = ["api": 1, "apis": 2][parts.first ?? ""] ?? parts.count
    guard parts.count > count + 1 else { return }
    (group, version) = (count == 1 ? "" : parts[1], parts[count])
    parts.removeFirst(count + 1)
    if parts[0] == "namespaces", parts.count > 2 {
      namespace = parts[1]
      parts.removeFirst(2)
    }
    resource = parts[0]
    name = parts.dropFirst().first
    subresource = parts.dropFirst(2).first
    let read = name == nil ? "list" : "get"
    verb = ["get": read, "head": read, "post": "create", "put": "update"][verb] ?? verb
  }

  /// Reads the attributes of an access review.
  init?(review spec: JSONValue?) {
    guard let attributes = spec?["resourceAttributes"] ?? spec?["nonResourceAttributes"] else {
      return nil
    }
    verb = attributes["verb"]?.string ?? ""
    path = attributes["path"]?.string ?? ""
    group = attributes["group"]?.string ?? ""
    resource = attributes["resource"]?.string
    namespace = attributes["namespace"]?.string
    name = attributes["name"]?.string
  }

  /// The resource and subresource.
  var fullResource: String { [resource, subresource].compactMap { $0 }.joined(separator: "/") }
  var qualifiedResource: String { group.isEmpty ? fullResource : fullResource + "." + group }

  /// kube-apiserver's 403.
  func forbidden(to user: String) -> LoopbackResponse {
    var message = "forbidden: User \"\(user)\" cannot \(verb) path \"\(path)\""
    if let resource {
      let place = namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
      let kind = group.isEmpty ? resource : resource + "." + group
      message =
        "\(kind)\(name.map { " \"\($0)\"" } ?? "") is forbidden: User \"\(user)\" cannot \(verb) "
        + "resource \"\(fullResource)\" in API group \"\(group)\" \(place)"
    }
    let details = APIDocuments.details(
      resource == nil ? nil : name, group: resource == nil ? "" : group, kind: resource)
    var response = LoopbackResponse.status(403, "Forbidden", message, details: details)
    response.headers.append(("X-Content-Type-Options", "nosniff"))
    return response
  }
}
