/// The fixed documents of the API server stand-in: discovery and two lists.
enum APIDocuments {
  static let notFound = "the server could not find the requested resource"

  static let discovery: [String: JSONValue] = [
    "/version": [
      "major": "1", "minor": "32", "gitVersion": "v1.32.0", "gitCommit": "0",
      "gitTreeState": "clean",
      "buildDate": "2026-11-21T00:00:00Z", "goVersion": "go1.23.3", "compiler": "gc",
      "platform": "linux/amd64",
    ],
    "/api": [
      "kind": "APIVersions", "versions": ["v1"],
      "serverAddressByClientCIDRs": [
        ["clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1:6443"]
      ],
    ],
    "/apis": [
      "kind": "APIGroupList", "apiVersion": "v1",
      "groups": [
        [
          "name": "authentication.k8s.io",
          "versions": [
            ["groupVersion": "authentication.k8s.io/v1", "version": "v1"]
          ],
          "preferredVersion": ["groupVersion": "authentication.k8s.io/v1", "version": "v1"],
        ]
      ],
    ],
    "/api/v1": [
      "kind": "APIResourceList", "groupVersion": "v1",
      "resources": [
        resource("namespaces", "Namespace", short: "ns", isNamespaced: false, ["get", "list"]),
        resource("pods", "Pod", short: "po", isNamespaced: true, ["get", "list"]),
      ],
    ],
    "/apis/authentication.k8s.io/v1": [
      "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "authentication.k8s.io/v1",
      "resources": [
        resource("selfsubjectreviews", "SelfSubjectReview", isNamespaced: false, ["create"])
      ],
    ],
  ]

  static let lists: [String: [JSONValue]] = [
    "/api/v1/namespaces": [
      object("Namespace", "default", status: "Active"),
      object("Namespace", "argocd", status: "Active"),
      object("Namespace", "kube-system", status: "Active"),
    ],
    "/api/v1/pods": [object("Pod", "web-0", status: "Running", namespace: "default")],
    "/api/v1/namespaces/default/pods": [
      object("Pod", "web-0", status: "Running", namespace: "default")
    ],
  ]

  /// The list, as objects or as the table that kubectl asks for.
  static func list(_ items: [JSONValue], asTable: Bool?) -> JSONValue {
    let kind = items.first?["kind"]?.string ?? ""
    let metadata: JSONValue = ["resourceVersion": "1"]
    guard asTable == true else {
      return [
        "kind": .string(kind + "List"), "apiVersion": "v1", "metadata": metadata,
        "items": .array(items),
      ]
    }
    return [
      "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
      "columnDefinitions": .array(["Name", "Status", "Age"].map(column)),
      "rows": .array(
        items.map { item in
          [
            "cells": [
              item["metadata"]?["name"] ?? nil, item["status"]?["phase"] ?? nil, "1d",
            ], "object": item,
          ]
        }),
    ]
  }

  private static func column(_ name: String) -> JSONValue {
    [
      "name": .string(name), "type": "string", "format": name == "Name" ? "name" : "",
      "description": "", "priority": 0,
    ]
  }

  private static func resource(
    _ name: String, _ kind: String, short: String? = nil, isNamespaced: Bool, _ verbs: [String]
  ) -> JSONValue {
    [
      "name": .string(name), "singularName": .string(kind.lowercased()),
      "namespaced": .bool(isNamespaced), "kind": .string(kind), "verbs": .strings(verbs),
      "shortNames": .strings(short.map { [$0] } ?? []),
    ]
  }

  private static func object(
    _ kind: String, _ name: String, status: String, namespace: String? = nil
  ) -> JSONValue {
    var metadata = JSONObject([("name", .string(name))])
    if let namespace { metadata["namespace"] = .string(namespace) }
    metadata["uid"] = "7f3c1f0e-5d5e-4b6e-9d0a-5f8f6f0b1c11"
    metadata["creationTimestamp"] = "2026-11-20T00:00:00Z"
    return [
      "kind": .string(kind), "apiVersion": "v1", "metadata": .object(metadata),
      "status": ["phase": .string(status)],
    ]
  }
}
