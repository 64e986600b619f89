import TestSupport

/// The fixed documents of the API server stand-in: the discovery that kubectl needs, and lists.
package enum APIDocuments {
  static let rbac = "rbac.authorization.k8s.io"

  /// A resource that the stand-in stores, or a review.
  struct Resource {
    var group = ""
    let kind: String
    var shortName: String?
    var isNamespaced = false
    var verbs = ["get", "list"]
    /// The members that an object may have besides `apiVersion`, `kind` and `metadata`.
    var members: Set<String> = []
    var name: String { kind.lowercased() + "s" }
    var qualifiedName: String { group.isEmpty ? name : name + "." + group }
    var version: String { group.isEmpty ? "v1" : group + "/v1" }
  }

  private static let written = ["create", "get", "list", "patch"]
  static let reviews = [
    ("authentication.k8s.io", "SelfSubjectReview"),
    ("authorization.k8s.io", "SelfSubjectAccessReview"),
    ("authorization.k8s.io", "SelfSubjectRulesReview"),
  ].map { Resource(group: $0, kind: $1, verbs: ["create"]) }
  static let stored =
    [
      Resource(kind: "Namespace", shortName: "ns"),
      Resource(kind: "Pod", shortName: "po", isNamespaced: true),
      Resource(
        kind: "Secret", isNamespaced: true, verbs: written, members: ["type", "data", "stringData"]),
    ]
    + ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"].map { kind in
      Resource(
        group: rbac, kind: kind, isNamespaced: !kind.hasPrefix("Cluster"), verbs: written,
        members: kind.hasSuffix("Binding") ? ["subjects", "roleRef"] : ["rules"])
    }

  /// The objects that lists return unless a test has others.
  static let objects: [String: [JSONValue]] = Dictionary(
    uniqueKeysWithValues: stored.map { ($0.qualifiedName, []) }
  ).merging([
    "namespaces": ["default", "argocd", "kube-system"].map { object("Namespace", $0, "Active") },
    "pods": [object("Pod", "web-0", "Running", namespace: "default")],
  ]) { $1 }

  private static func object(
    _ kind: String, _ name: String, _ phase: String, namespace: String? = nil
  ) -> JSONValue {
    [
      "kind": .string(kind), "apiVersion": "v1",
      "metadata": [
        "name": .string(name), "namespace": namespace.map(JSONValue.string),
        "uid": "7f3c1f0e-5d5e-4b6e-9d0a-5f8f6f0b1c11", "creationTimestamp": "2026-11-20T00:00:00Z",
      ],
      "status": ["phase": .string(phase)],
    ]
  }

  static func discovery(_ path: String, address: String) -> JSONValue? {
    let parts = path.split(separator: "/").map(String.init)
    switch path {
    case "/version", "/version/":
      return [
        "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36",
        "minCompatibilityMajor": "1", "minCompatibilityMinor": "35", "gitVersion": "v1.36.2",
        "gitCommit": .string(String(repeating: "0", count: 40)), "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z", "goVersion": "go1.27.3", "compiler": "gc",
        "platform": "linux/amd64",
      ]
    case "/api":
      return [
        "kind": "APIVersions", "versions": ["v1"],
        "serverAddressByClientCIDRs": [
          ["clientCIDR": "0.0.0.0/0", "serverAddress": .string(address)]
        ],
      ]
    case "/apis":
      return [
        "kind": "APIGroupList", "apiVersion": "v1",
        "groups": .array(
          ["authentication.k8s.io", "authorization.k8s.io", rbac].map { name in
            let version: JSONValue = ["groupVersion": .string(name + "/v1"), "version": "v1"]
            return ["name": .string(name), "versions": [version], "preferredVersion": version]
          }),
      ]
    case "/openapi/v3":
      return [
        "paths": .object(
          JSONObject(
            ["api/v1", "apis/\(rbac)/v1"].map { path in
              (path, ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=1")])
            }))
      ]
    case "/api/v1": return resources("")
    case "/openapi/v3/api/v1": return openAPI("")
    case "/openapi/v3/apis/\(rbac)/v1": return openAPI(rbac)
    default:
      return parts.count == 3 && parts[0] == "apis" && parts[2] == "v1" ? resources(parts[1]) : nil
    }
  }

  private static func resources(_ group: String) -> JSONValue? {
    let list = (reviews + stored).filter { $0.group == group }
    guard let version = list.first?.version else { return nil }
    return [
      "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(version),
      "resources": .array(
        list.map { resource in
          [
            "name": .string(resource.name), "singularName": .string(resource.kind.lowercased()),
            "namespaced": .bool(resource.isNamespaced), "kind": .string(resource.kind),
            "verbs": .strings(resource.verbs),
            "shortNames": .strings(resource.shortName.map { [$0] } ?? []),
          ]
        }),
    ]
  }

  /// What kubectl looks for before it applies: which query parameters a PATCH of a kind has.
  private static func openAPI(_ group: String) -> JSONValue {
    let parameters: JSONValue = .array(
      ["dryRun", "fieldManager", "fieldValidation", "force"].map { name in
        ["name": .string(name), "in": "query", "schema": ["type": "string"]]
      })
    let root = group.isEmpty ? "/api/v1/" : "/apis/\(group)/v1/"
    let paths = stored.filter { $0.group == group && $0.verbs.contains("patch") }.map {
      resource -> (String, JSONValue) in
      let place = resource.isNamespaced ? "namespaces/{namespace}/" : ""
      let patch: JSONValue = [
        "parameters": parameters, "x-kubernetes-action": "patch",
        "x-kubernetes-group-version-kind": [
          "group": .string(group), "kind": .string(resource.kind), "version": "v1",
        ],
      ]
      return (root + place + resource.name + "/{name}", ["patch": patch])
    }
    return [
      "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1.36.2"],
      "paths": .object(JSONObject(paths)),
    ]
  }

  /// The list, as objects or as the table that kubectl requests.
  static func list(_ resource: Resource, _ items: [JSONValue], asTable: Bool) -> JSONValue {
    let metadata: JSONValue = ["resourceVersion": "1"]
    guard asTable else {
      return [
        "kind": .string(resource.kind + "List"), "apiVersion": .string(resource.version),
        "metadata": metadata, "items": .array(items),
      ]
    }
    let columns = ["Name", "Status", "Age"].map { name -> JSONValue in
      [
        "name": .string(name), "type": "string", "format": name == "Name" ? "name" : "",
        "description": "", "priority": 0,
      ]
    }
    let rows = items.map { item -> JSONValue in
      ["cells": [.string(item.name), item["status"]?["phase"] ?? .null, "1d"], "object": item]
    }
    return [
      "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
      "columnDefinitions": .array(columns), "rows": .array(rows),
    ]
  }

  /// The status of a SelfSubjectRulesReview.
  static func rules(_ bindings: [APIBinding], namespace: String) -> JSONValue {
    // In the server's order: basic rules first, then granted ones.
    let rules = [true, false].flatMap { isBasic in
      bindings.filter {
        $0.name.hasPrefix("system:") == isBasic
          && ($0.namespace == nil || $0.namespace == namespace)
      }
    }.flatMap(\.rules)
    let resources = rules.filter(\.paths.isEmpty).map { rule -> JSONValue in
      [
        "verbs": .strings(rule.verbs), "apiGroups": .strings(rule.groups),
        "resources": .strings(rule.resources),
      ]
    }
    let paths = rules.filter { !$0.paths.isEmpty }.map { rule -> JSONValue in
      ["verbs": .strings(rule.verbs), "nonResourceURLs": .strings(rule.paths)]
    }
    return [
      "resourceRules": .array(resources), "nonResourceRules": .array(paths), "incomplete": false,
    ]
  }

  /// The `f:` members of managed fields, sorted; nested ones begin with a dot.
  static func fields(of value: JSONValue, isNested: Bool = false) -> JSONValue {
    guard let object = value.object, !object.members.isEmpty else { return [:] }
    return .object(
      JSONObject(
        (isNested ? [(".", [:])] : [])
          + object.members.sorted { $0.name < $1.name }.map {
            ("f:" + $0.name, fields(of: $0.value, isNested: true))
          }))
  }

  /// The details of a `Status`.
  static func details(
    _ name: String? = nil, group: String = "", kind: String? = nil
  ) -> JSONValue {
    [
      "name": name.map(JSONValue.string), "group": group.isEmpty ? nil : .string(group),
      "kind": kind.map(JSONValue.string),
    ]
  }
}

extension LoopbackResponse {
  /// An object as kube-apiserver writes it: one line with a newline.
  static func object(_ value: JSONValue, status: Int = 200) -> LoopbackResponse {
    .text(value.text + "\n", status: status, type: "application/json")
  }

  /// A `Status` as kube-apiserver writes it.
  static func status(
    _ code: Int, _ reason: String, _ message: String, details: JSONValue? = nil
  ) -> LoopbackResponse {
    object(
      [
        "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
        "message": .string(message), "reason": .string(reason), "details": details,
        "code": .integer(code),
      ], status: code)
  }

  /// kube-apiserver's response to an invalid token.
  static let unauthorized = status(401, "Unauthorized", "Unauthorized")

  /// kube-apiserver's 404 for an object.
  static func missing(_ name: String, _ resource: String, group: String = "") -> LoopbackResponse {
    let full = group.isEmpty ? resource : resource + "." + group
    return .status(
      404, "NotFound", "\(full) \"\(name)\" not found",
      details: APIDocuments.details(name, group: group, kind: resource))
  }
}
