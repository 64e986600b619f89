import Foundation
import StandIns
import TestSupport
import Testing

/// RBAC objects and Secrets in the API server stand-in.
@Suite("API server stand-in: objects")
struct APIServerObjectTests {
  private let server: APIServerStandIn

  init() throws {
    var configuration = APIServerConfiguration(issuer: "", keys: [])
    configuration.allowedUsers = []
    configuration.staticTokens = [
      "admin": .admin, "reader": Self.user("reader"), "writer": Self.user("writer"),
    ]
    configuration.bindings = [
      APIBinding(
        "writer", user: "writer",
        rules: [
          .init(["*"], groups: ["rbac.authorization.k8s.io"], resources: ["*"])
        ])
    ]
    server = try APIServerStandIn(configuration)
  }

  private static func user(_ name: String) -> APIServerStandIn.User {
    .init(name: name, groups: ["system:authenticated"])
  }

  private static let rbac = "/apis/rbac.authorization.k8s.io/v1/"

  private func send(
    _ method: String, _ path: String, _ body: JSONValue? = nil, user: String = "admin",
    query: String = "fieldManager=kubectl&force=false", type: String? = nil
  ) -> (status: Int, body: JSONValue, text: String) {
    let isApply = method == "PATCH"
    let response = server.respond(
      to: LoopbackRequest(
        method: method, target: method == "GET" ? path : path + "?" + query,
        headers: [
          (name: "Authorization", value: "Bearer " + user),
          (name: "Accept", value: "application/json"),
          (
            name: "Content-Type",
            value: type ?? (isApply ? "application/apply-patch+yaml" : "application/json")
          ),
        ], body: body.map { Array($0.text.utf8) } ?? []))
    return (response.status, (try? JSONValue(parsing: response.body)) ?? .null, response.text)
  }

  private func binding(_ name: String, users: [String], role: String = "view") -> JSONValue {
    [
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
      "metadata": ["name": .string(name)],
      "subjects": .array(
        users.map {
          [
            "kind": "User", "name": .string($0), "apiGroup": "rbac.authorization.k8s.io",
          ]
        }),
      "roleRef": [
        "kind": "ClusterRole", "name": .string(role), "apiGroup": "rbac.authorization.k8s.io",
      ],
    ]
  }

  private func role(
    _ rules: [JSONValue], kind: String = "ClusterRole", name: String = "r"
  ) -> JSONValue {
    [
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": .string(kind),
      "metadata": ["name": .string(name)], "rules": .array(rules),
    ]
  }

  private func pods(_ user: String) -> Int { send("GET", "/api/v1/pods", user: user).status }

  @Test(
    "an applied binding takes effect, a dry run does not, and applying it again replaces its users")
  func bindings() {
    let path = Self.rbac + "clusterrolebindings/b"
    #expect(pods("reader") == 403)
    let dry = send(
      "PATCH", path, binding("b", users: ["reader"]), query: "dryRun=All&fieldManager=kubectl")
    #expect(dry.status == 201)
    #expect(dry.body["metadata"]?["uid"] != nil)
    #expect(dry.body["metadata"]?["resourceVersion"] == nil)
    #expect(pods("reader") == 403)
    let first = send("PATCH", path, binding("b", users: ["reader"]))
    #expect(first.status == 201)
    #expect(
      first.body["metadata"]?["managedFields"]?.array?.first?["fieldsV1"]
        == [
          "f:roleRef": [".": [:], "f:apiGroup": [:], "f:kind": [:], "f:name": [:]],
          "f:subjects": [:],
        ])
    #expect(pods("reader") == 200)
    let second = send("PATCH", path, binding("b", users: ["other"]))
    #expect(second.status == 200)
    #expect(second.body["metadata"]?["uid"] == first.body["metadata"]?["uid"])
    #expect(pods("reader") == 403)
    #expect(
      send("PATCH", Self.rbac + "clusterrolebindings/c", binding("c", users: ["reader"])).status
        == 201)
    #expect(pods("reader") == 200)
  }

  @Test("a Role grants rights in its namespace only, and an access review names the binding")
  func namespaces() {
    let rule: JSONValue = ["apiGroups": [""], "resources": ["pods"], "verbs": ["list"]]
    var object = role([rule], kind: "Role").object ?? JSONObject()
    object["metadata"] = ["name": "r", "namespace": "default"]
    let namespace = Self.rbac + "namespaces/default/"
    #expect(send("POST", namespace + "roles", .object(object)).status == 201)
    var bound = binding("b", users: ["reader"], role: "r").object ?? JSONObject()
    bound["kind"] = "RoleBinding"
    bound["roleRef"] = ["kind": "Role", "name": "r", "apiGroup": "rbac.authorization.k8s.io"]
    #expect(send("POST", namespace + "rolebindings", .object(bound)).status == 201)
    #expect(pods("reader") == 403)
    #expect(send("GET", "/api/v1/namespaces/default/pods", user: "reader").status == 200)
    let review = send(
      "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      [
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
        "spec": [
          "resourceAttributes": ["verb": "list", "resource": "pods", "namespace": "default"]
        ],
      ], user: "reader")
    #expect(
      review.body["status"]?["reason"]
        == #"RBAC: allowed by RoleBinding "b/default" of Role "r" to User "reader""#)
  }

  @Test("stringData of a Secret is stored as data")
  func secrets() {
    let secret: JSONValue = [
      "apiVersion": "v1", "kind": "Secret",
      "metadata": ["name": "s", "labels": ["a": "b"]], "stringData": ["name": "target"],
    ]
    let path = "/api/v1/namespaces/argocd/secrets"
    #expect(send("POST", path, secret).status == 201)
    let stored = send("GET", path + "/s").body
    #expect(stored["data"] == ["name": "dGFyZ2V0"])
    #expect(stored["type"] == "Opaque")
    #expect(stored["stringData"] == nil)
    #expect(stored["metadata"]?["labels"] == ["a": "b"])
    let again = send("POST", path, secret)
    #expect(again.status == 409)
    #expect(again.body["message"] == #"secrets "s" already exists"#)
    let elsewhere = send("POST", "/api/v1/namespaces/none/secrets", secret)
    #expect(elsewhere.status == 404)
    #expect(elsewhere.body["message"] == #"namespaces "none" not found"#)
  }

  @Test(
    "invalid objects are refused",
    arguments: [
      Row(
        "a slash in a name", ("clusterroles", #"{"verbs":["get"],"nonResourceURLs":["/a"]}"#, "/a"),
        501),
      Row("no verbs", ("clusterroles", #"{"apiGroups":[""],"resources":["pods"]}"#, "r"), 501),
      Row("neither group nor resource", ("clusterroles", #"{"verbs":["get"]}"#, "r"), 501),
      Row(
        "a path in a namespaced role",
        ("namespaces/default/roles", #"{"verbs":["get"],"nonResourceURLs":["/a"]}"#, "r"), 501),
      Row("valid", ("clusterroles", #"{"verbs":["get"],"nonResourceURLs":["/a"]}"#, "r"), 201),
    ] as [Row<(String, String, String), Int>])
  func invalid(row: Row<(String, String, String), Int>) throws {
    let kind = row.input.0 == "clusterroles" ? "ClusterRole" : "Role"
    let rule = try JSONValue(parsing: Array(row.input.1.utf8))
    let response = send(
      "POST", Self.rbac + row.input.0, role([rule], kind: kind, name: row.input.2))
    #expect(response.status == row.output)
  }

  @Test("requests that the stand-in does not support are rejected")
  func rejections() {
    let path = Self.rbac + "clusterrolebindings/b"
    let good = binding("b", users: ["reader"])
    #expect(send("PATCH", path, good).status == 201)
    var unknown = good.object ?? JSONObject()
    unknown["subject"] = []
    let cases: [(String, Int)] = [
      ("unknown member", send("PATCH", path, .object(unknown)).status),
      ("another name", send("PATCH", path + "2", good).status),
      ("another role", send("PATCH", path, binding("b", users: [], role: "edit")).status),
      ("another manager", send("PATCH", path, good, query: "fieldManager=helm").status),
      ("forced", send("PATCH", path, good, query: "fieldManager=kubectl&force=true").status),
      ("no manager", send("PATCH", path, good, query: "").status),
      ("merge patch", send("PATCH", path, good, type: "application/merge-patch+json").status),
      ("privilege escalation", send("PATCH", path, good, user: "writer").status),
    ]
    for (name, status) in cases { #expect(status == 501, "\(name)") }
    #expect(send("PATCH", path, good, user: "reader").status == 403)
  }
}
