import Foundation
import StandIns
import TestSupport
import Testing

/// Kubernetes' JSON schemas, from the package kubernetes-validate.
enum KubernetesSchema {
  /// Whether `make test-deps` has installed them, and the Python modules jsonschema and yaml exist.
  static let isAvailable =
    FileManager.default.fileExists(atPath: directory + "/_definitions.json")
    && (try? Python.run("import jsonschema, yaml")) != nil

  private static let directory =
    Repository.tools + "/kubernetes_validate/kubernetes-json-schema/v1.37.0-local-strict"

  /// Returns the kinds of the documents in a text, and the schema violations.
  ///
  /// Unknown fields are violations, too. Documents of custom kinds are skipped.
  static func check(_ text: String) throws -> (kinds: [String], errors: [String]) {
    let script = """
      import json, os, re, sys, warnings, yaml
      warnings.simplefilter("ignore")
      import jsonschema
      directory = sys.argv[1]
      def load(name):
        return json.load(open(os.path.join(directory, name)))
      definitions = load("_definitions.json")
      store = {definitions["$id"]: definitions}
      for document in yaml.safe_load_all(sys.stdin.buffer):
        if not isinstance(document, dict):
          continue
        version = re.sub(r"^([^./]*)(?:\\.[^/]*)?/", r"\\1-", document.get("apiVersion", ""))
        name = document.get("kind", "").lower() + "-" + version + ".json"
        if not os.path.exists(os.path.join(directory, name)):
          continue
        print("kind " + document["kind"])
        schema = load(name)
        resolver = jsonschema.RefResolver(schema["$id"], schema, store)
        for error in jsonschema.Draft7Validator(schema, resolver=resolver).iter_errors(document):
          path = ".".join(str(part) for part in error.path)
          print("error " + document["kind"] + " " + path + ": " + error.message)
      """
    let lines = try Python.run(script, [directory], input: text).split(separator: "\n")
    func values(_ name: String) -> [String] {
      lines.filter { $0.hasPrefix(name + " ") }.map { String($0.dropFirst(name.count + 1)) }
    }
    return (values("kind"), values("error"))
  }
}

@Suite(
  "Kubernetes' JSON schemas",
  .enabled(
    if: KubernetesSchema.isAvailable,
    "kubernetes-validate, python3-jsonschema or python3-yaml is not installed: make test-deps"))
struct KubernetesSchemaTests {
  private static let dex = [
    "--issuer=https://dex.example.com/dex", "--client-id=t", "--connector-id=c",
  ]
  private static let server = "--server=https://target.example.com:6443"

  @Test(
    "the schemas accept generated objects with all options",
    arguments: [
      Row(
        "the cluster Secret",
        [
          "argocd-cluster", server, "--namespaces=a", "--cluster-resources", "--shard=1",
          "--label=a=1", "--annotation=b=true", "--project=p",
        ] + dex, ["Secret"]),
      Row(
        "argocd-cm",
        [
          "dex", "--argocd", "--issuer=https://argocd.example.com/api/dex",
          "--cluster-issuer=https://a.example",
        ] + dex.dropFirst(), ["ConfigMap"]),
      Row(
        "cluster-wide rules",
        ["rbac", "--argocd", "--cluster-role=r", "--rule=get:pods,/healthz", dex[2]],
        ["ClusterRole", "ClusterRoleBinding"]),
      Row(
        "rules in namespaces",
        ["rbac", "--argocd", "--role=r", "--namespace=a,b", "--rule=get:deployments.apps", dex[2]],
        ["Role", "Role", "RoleBinding", "RoleBinding"]),
      Row(
        "a pod with a sidecar",
        [
          "sidecar", "--image=i", "--mode=0640", "--image-pull-policy=Never",
          "--request=memory=64Mi", "--limit=ephemeral-storage=1Gi", server,
        ] + dex, ["ConfigMap", "Pod"]),
    ] as [Row<[String], [String]>])
  func options(row: Row<[String], [String]>) async throws {
    let result = try await ProcessRunner(TestBinary.path, ["generate"] + row.input).result()
    #expect(result.errors == "")
    let (kinds, errors) = try KubernetesSchema.check(result.output)
    #expect(kinds == row.output)
    #expect(errors == [])
  }

  // In one process, because loading the schemas takes longer than the rest.
  @Test("the schemas accept every example")
  func examples() throws {
    let texts = try ExampleTests.files.filter { !$0.hasPrefix("argocd/workload") }
      .map(ExampleTests.text)
    let (kinds, errors) = try KubernetesSchema.check(texts.joined(separator: "\n---\n"))
    #expect(kinds.count >= texts.count / 2)
    #expect(errors == [])
  }

  @Test("the schemas reject an unknown field and a number in a Secret")
  func rejections() throws {
    let text = """
      apiVersion: v1
      kind: Secret
      metadata: {name: a}
      stringdata: {}
      stringData: {shard: 1}
      """
    #expect(try KubernetesSchema.check(text).errors.count == 2)
  }
}
