import TestSupport
import Testing

@testable import Manifests

@Suite("RBAC") struct RBACTests {
  static func rbac(
    _ accounts: [(String, String)], connectorID: String? = "cluster-a", role: String = "view",
    name: String? = nil, rules: [RBAC.Rule] = []
  ) -> RBAC {
    RBAC(
      accounts: accounts.map { ServiceAccount(namespace: $0, name: $1) },
      usernames: UsernameMapping(
        claim: .federated, prefix: connectorID == nil ? "cluster-b:" : "dex:",
        connectorID: connectorID),
      role: role, isClusterRole: true, namespaces: [], rules: rules, name: name)
  }

  static let long = String(repeating: "long-", count: 60)

  @Test(
    "names are derived from the role, the connector and the accounts",
    arguments: [
      Row("one account", rbac([("ci", "a")]), "tokenxchange:view:cluster-a:ci:a"),
      Row("another account", rbac([("ci", "b")]), "tokenxchange:view:cluster-a:ci:b"),
      Row("two accounts", rbac([("ci", "a"), ("d", "e")]), "tokenxchange:view:cluster-a:ci:a:d:e"),
      Row(
        "direct trust", rbac([("ci", "a")], connectorID: nil), "tokenxchange:view:cluster-b:ci:a"),
      Row("explicit name", rbac([("ci", "a")], name: "n"), "n"),
      Row(
        "a connector with special characters", rbac([("ci", "a")], connectorID: "a/b c"),
        "tokenxchange:view:a-b-c:ci:a-cdd3b2f10b01377b"),
      Row(
        "a role with a colon", rbac([("ci", "a")], role: "system:view"),
        "tokenxchange:system-view:cluster-a:ci:a-e4e0bd2033dae38d"),
      Row(
        "a long role", rbac([("ci", "a")], role: long),
        "tokenxchange:\(long.prefix(187))-81037ca179b64005"),
    ])
  func names(row: Row<RBAC, String>) {
    #expect(row.input.objectName == row.output)
    #expect(row.output.utf8.count <= 253)
  }

  @Test("a role with rules is named like its binding, and an existing role keeps its name")
  func roles() {
    let rule = RBAC.Rule.paths(["/healthz", "/version/*"], verbs: ["get"])
    let text = Self.rbac([("ci", "a")], rules: [rule]).yaml.text
    #expect(
      text.contains(
        """
        metadata:
          name: tokenxchange:view:cluster-a:ci:a
        rules:
          - nonResourceURLs:
              - /healthz
              - /version/*
            verbs:
              - get

        """))
    #expect(text.contains("roleRef:\n  kind: ClusterRole\n  name: tokenxchange:view:"))
    let existing = Self.rbac([("ci", "a")]).yaml.text
    #expect(existing.contains("roleRef:\n  kind: ClusterRole\n  name: view\n"))
  }
}

@Suite("Kubernetes names") struct KubernetesNameTests {
  @Test(
    "labels are validated",
    arguments: [
      Row("plain", ("env", "prod"), [true, true]),
      Row("empty value", ("a.b_c-D", ""), [true, true]),
      Row("prefix", ("example.com/a", "1.2"), [true, true]),
      Row("slash", ("a/b/c", "prod/eu"), [false, false]),
      Row("empty", ("", "-a"), [false, false]),
      Row("upper case in the prefix", ("Example.com/a", "a-"), [false, false]),
      Row("too long", (YAMLTests.long, YAMLTests.long), [false, false]),
      Row("non-ASCII", ("ü", "ü"), [false, false]),
    ])
  func labels(row: Row<(String, String), [Bool]>) {
    let (key, value) = row.input
    #expect(
      [KubernetesName.isLabelKey(key), KubernetesName.isLabelValue(value)] == row.output)
  }

  @Test(
    "namespaces are validated",
    arguments: [
      Row("plain", "web-1", true), Row("upper case", "Web", false), Row("dot", "a.b", false),
      Row("underscore", "web_1", false), Row("pattern", "web*", false), Row("dash", "-a", false),
      Row("empty", "", false), Row("too long", YAMLTests.long, false),
    ])
  func namespaces(row: Row<String, Bool>) {
    #expect(KubernetesName.isDNSLabel(row.input) == row.output)
  }
}
