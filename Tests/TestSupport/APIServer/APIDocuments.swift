/// The fixed documents of the API server stand-in: the discovery that kubectl needs, and lists.
public enum APIDocuments {
  static let notFound = "the server could not find the requested resource"

  static let reviews = [
    "selfsubjectreviews.authentication.k8s.io": "SelfSubjectReview",
    "selfsubjectaccessreviews.authorization.k8s.io": "SelfSubjectAccessReview",
    "selfsubjectrulesreviews.authorization.k8s.io": "SelfSubjectRulesReview",
  ]

  static let rbac = "rbac.authorization.k8s.io"

  /// A resource that the stand-in stores.
  struct Resource {
    var group = ""
    var name: String
    var kind: String
    var shortName: String?
    var isNamespaced = false
    var verbs = ["get", "list"]
    /// The members that an object may have besides `apiVersion`, `kind` and `metadata`.
    var members: Set<String> = []

    var qualifiedName: String { group.isEmpty ? name : name + "." + group }
    var version: String { group.isEmpty ? "v1" : group + "/v1" }
  }

  private static let written = ["create", "get", "list", "patch"]

  static let resources = [
    Resource(name: "namespaces", kind: "Namespace", shortName: "ns"),
    Resource(name: "pods", kind: "Pod", shortName: "po", isNamespaced: true),
    Resource(
      name: "secrets", kind: "Secret", isNamespaced: true, verbs: written,
      members: ["type", "data", "stringData"]),
    Resource(
      group: rbac, name: "clusterroles", kind: "ClusterRole", verbs: written, members: ["rules"]),
    Resource(
      group: rbac, name: "clusterrolebindings", kind: "ClusterRoleBinding", verbs: written,
      members: ["subjects", "roleRef"]),
    Resource(
      group: rbac, name: "roles", kind: "Role", isNamespaced: true, verbs: written,
      members: ["rules"]),
    Resource(
      group: rbac, name: "rolebindings", kind: "RoleBinding", isNamespaced: true, verbs: written,
      members: ["subjects", "roleRef"]),
  ]

  /// The objects that lists return unless a test has others.
  public static let objects: [String: [JSONValue]] = [
    "namespaces": ["default", "argocd", "kube-system"].map { object("Namespace", $0, "Active") },
    "pods": [object("Pod", "web-0", "Running", namespace: "default")],
    "secrets": [], "clusterroles.\(rbac)": [], "clusterrolebindings.\(rbac)": [],
    "roles.\(rbac)": [], "rolebindings.\(rbac)": [],
  ]

  static func discovery(_ path: String, address: String) -> JSONValue? {
    switch path {
    case "/version", "/version/":
      [
        "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36",
        "minCompatibilityMajor": "1", "minCompatibilityMinor": "35", "gitVersion": "v1.36.2",
        "gitCommit": .string(String(repeating: "0", count: 40)), "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z", "goVersion": "go1.27.3", "compiler": "gc",
        "platform": "linux/amd64",
      ]
    case "/api":
      [
        "kind": "APIVersions", "versions": ["v1"],
        "serverAddressByClientCIDRs": [
          ["clientCIDR": "0.0.0.0/0", "serverAddress": .string(address)]
        ],
      ]
    case "/apis":
      [
        "kind": "APIGroupList", "apiVersion": "v1",
        "groups": .array(["authentication.k8s.io", "authorization.k8s.io", rbac].map(group)),
      ]
    case "/api/v1": stored("")
    case "/apis/\(rbac)/v1": stored(rbac)
    case "/openapi/v3":
      [
        "paths": .object(
          JSONObject(
            ["api/v1", "apis/\(rbac)/v1"].map { path in
              (path, ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=1")])
            }))
      ]
    case "/openapi/v3/api/v1": openAPI("")
    case "/openapi/v3/apis/\(rbac)/v1": openAPI(rbac)
    case "/apis/authentication.k8s.io/v1":
      resources(
        "authentication.k8s.io/v1",
        [("selfsubjectreviews", "SelfSubjectReview", nil, false, ["create"])])
    case "/apis/authorization.k8s.io/v1":
      resources(
        "authorization.k8s.io/v1",
        [
          ("selfsubjectaccessreviews", "SelfSubjectAccessReview", nil, false, ["create"]),
          ("selfsubjectrulesreviews", "SelfSubjectRulesReview", nil, false, ["create"]),
        ])
    default: nil
    }
  }

  /// The list, as objects or as the table that kubectl requests.
  static func list(_ resource: Resource, _ items: [JSONValue], asTable: Bool) -> JSONValue {
    let metadata: JSONValue = ["resourceVersion": "1"]
    guard asTable else {
      return [
        "kind": .string(resource.kind + "List"), "apiVersion": .string(resource.version),
        "metadata": metadata,
        "items": .array(items),
      ]
    }
    return [
      "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
      "columnDefinitions": .array(
        ["Name", "Status", "Age"].map { name in
          [
            "name": .string(name), "type": "string", "format": name == "Name" ? "name" : "",
            "description": "", "priority": 0,
          ]
        }),
      "rows": .array(
        items.map { item in
          [
            "cells": [item["metadata"]?["name"] ?? nil, item["status"]?["phase"] ?? nil, "1d"],
            "object": item,
          ]
        }),
    ]
  }

  /// The status of a SelfSubjectRulesReview.
  static func rules(_ bindings: [APIBinding], namespace: String) -> JSONValue {
    // In the server's order: basic rules first, then granted ones.
    let sorted =
      bindings.filter { $0.name.hasPrefix("system:") }
      + bindings.filter { !$0.name.hasPrefix("system:") }
    let rules = sorted.filter { $0.namespace == nil || $0.namespace == namespace }
      .flatMap(\.rules)
    return [
      "resourceRules": .array(
        rules.filter(\.paths.isEmpty).map { rule in
          [
            "verbs": .strings(rule.verbs), "apiGroups": .strings(rule.groups),
            "resources": .strings(rule.resources),
          ]
        }),
      "nonResourceRules": .array(
        rules.filter { !$0.paths.isEmpty }.map { rule in
          ["verbs": .strings(rule.verbs), "nonResourceURLs": .strings(rule.paths)]
        }), "incomplete": false,
    ]
  }

  /// The `f:` members of managed fields, sorted; nested ones begin with a dot.
  static func fields(of value: JSONValue, isNested: Bool = false) -> JSONValue {
    guard let object = value.object, !object.members.isEmpty else { return [:] }
    let own: [(String, JSONValue)] = isNested ? [(".", [:])] : []
    return .object(
      JSONObject(
        own
          + object.members.sorted { $0.name < $1.name }.map {
            ("f:" + $0.name, fields(of: $0.value, isNested: true))
          }))
  }

  static var missingAttributes: LoopbackResponse {
    let field = "spec.resourceAttributes"
    let fault =
      "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be "
      + "specified"
    return .status(
      422, "Invalid", ".authorization.k8s.io \"\" is invalid: \(field): \(fault)",
      details: JSONObject([
        ("group", "authorization.k8s.io"),
        (
          "causes",
          [
            [
              "reason": "FieldValueInvalid", "message": .string(fault), "field": .string(field),
            ]
          ]
        ),
      ]))
  }

  private static func stored(_ group: String) -> JSONValue {
    resources(
      group.isEmpty ? "v1" : group + "/v1",
      resources.filter { $0.group == group }.map {
        ($0.name, $0.kind, $0.shortName, $0.isNamespaced, $0.verbs)
      })
  }

  /// What kubectl looks for before it applies: which query parameters a PATCH of a kind has.
  private static func openAPI(_ group: String) -> JSONValue {
    let parameters: JSONValue = .array(
      ["dryRun", "fieldManager", "fieldValidation", "force"].map { name in
        ["name": .string(name), "in": "query", "schema": ["type": "string"]]
      })
    let root = group.isEmpty ? "/api/v1/" : "/apis/\(group)/v1/"
    let paths = resources.filter { $0.group == group && $0.verbs.contains("patch") }.map {
      resource in
      (
        root + (resource.isNamespaced ? "namespaces/{namespace}/" : "") + resource.name + "/{name}",
        [
          "patch": [
            "parameters": parameters, "x-kubernetes-action": "patch",
            "x-kubernetes-group-version-kind": [
              "group": .string(group), "kind": .string(resource.kind), "version": "v1",
            ],
          ]
        ] as JSONValue
      )
    }
    return [
      "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1.36.2"],
      "paths": .object(JSONObject(paths)),
    ]
  }

  private static func group(_ name: String) -> JSONValue {
    let version: JSONValue = ["groupVersion": .string(name + "/v1"), "version": "v1"]
    return ["name": .string(name), "versions": [version], "preferredVersion": version]
  }

  private static func resources(
    _ version: String, _ list: [(String, String, String?, Bool, [String])]
  ) -> JSONValue {
    [
      "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(version),
      "resources": .array(
        list.map { name, kind, short, isNamespaced, verbs in
          [
            "name": .string(name), "singularName": .string(kind.lowercased()),
            "namespaced": .bool(isNamespaced), "kind": .string(kind), "verbs": .strings(verbs),
            "shortNames": .strings(short.map { [$0] } ?? []),
          ]
        }),
    ]
  }

  private static func object(
    _ kind: String, _ name: String, _ phase: String, namespace: String? = nil
  ) -> JSONValue {
    var metadata = JSONObject([("name", .string(name))])
    if let namespace { metadata["namespace"] = .string(namespace) }
    metadata["uid"] = "7f3c1f0e-5d5e-4b6e-9d0a-5f8f6f0b1c11"
    metadata["creationTimestamp"] = "2026-11-20T00:00:00Z"
    return [
      "kind": .string(kind), "apiVersion": "v1", "metadata": .object(metadata),
      "status": ["phase": .string(phase)],
    ]
  }
}
