/// The fixed documents of the API server stand-in: the discovery that kubectl needs, and lists.
public enum APIDocuments {
  static let notFound = "the server could not find the requested resource"

  static let reviews = [
    "selfsubjectreviews.authentication.k8s.io": "SelfSubjectReview",
    "selfsubjectaccessreviews.authorization.k8s.io": "SelfSubjectAccessReview",
    "selfsubjectrulesreviews.authorization.k8s.io": "SelfSubjectRulesReview",
  ]

  static let kinds = ["namespaces": "Namespace", "pods": "Pod"]

  /// The objects that lists return unless a test has others.
  public static let objects: [String: [JSONValue]] = [
    "namespaces": ["default", "argocd", "kube-system"].map { object("Namespace", $0, "Active") },
    "pods": [object("Pod", "web-0", "Running", namespace: "default")],
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
        "groups": .array(["authentication.k8s.io", "authorization.k8s.io"].map(group)),
      ]
    case "/api/v1":
      resources(
        "v1",
        [
          ("namespaces", "Namespace", "ns", false, ["get", "list"]),
          ("pods", "Pod", "po", true, ["get", "list"]),
        ])
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
  static func list(_ kind: String, _ items: [JSONValue], asTable: Bool) -> JSONValue {
    let metadata: JSONValue = ["resourceVersion": "1"]
    guard asTable else {
      return [
        "kind": .string(kind + "List"), "apiVersion": "v1", "metadata": metadata,
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
