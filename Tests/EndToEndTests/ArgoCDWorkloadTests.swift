import Foundation
import TestSupport
import Testing

/// The patches from `generate argocd-workload`, applied with kustomize to all kinds of
/// installations.
@Suite(
  "Argo CD's workloads",
  .enabled(if: TestBinary.find("kubectl") != nil, "kubectl is not installed"),
  .enabled(if: Python.hasYAML, "python3 has no module yaml: apt-get install python3-yaml"))
struct ArgoCDWorkloadTests {
  /// A workload in an installation.
  struct Workload: Sendable {
    var kind: String
    var name: String
    var container: String
    var namespace: String?
    /// Its volumes with which a patch could conflict.
    var volumes: [String]
    /// Whether the patches add the program to it.
    var isPatched = true
    /// Init containers of other plugins.
    var initContainers: [String] = []

    var yaml: String {
      let mounts = volumes.map { "{name: \($0), mountPath: /mnt/\($0)}" }.joined(separator: ", ")
      let list = volumes.map { "{name: \($0), emptyDir: {}}" }.joined(separator: ", ")
      return """
        ---
        apiVersion: apps/v1
        kind: \(kind)
        metadata:
          name: \(name)
        \(namespace.map { "  namespace: \($0)\n" } ?? "")\
        spec:
          \(kind == "StatefulSet" ? "serviceName: \(name)" : "revisionHistoryLimit: 3")
          replicas: \(isPatched ? 1 : 0)
          selector: {matchLabels: {app.kubernetes.io/name: \(name)}}
          template:
            metadata: {labels: {app.kubernetes.io/name: \(name)}}
            spec:
              initContainers: [\(initContainers.map { "{name: \($0), image: i}" }.joined())]
              containers:
                - name: \(container)
                  image: quay.io/argoproj/argocd:v3.5.1
                  args: [/usr/local/bin/\(container)]
                  volumeMounts: [\(mounts)]
              nodeSelector: {kubernetes.io/os: linux}
              volumes: [\(list)]

        """
    }
  }

  /// An installation, and the options that its patches need.
  struct Installation: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var options: [String]
    var workloads: [Workload]
  }

  static let serverVolumes = ["plugins-home", "tmp", "ssh-known-hosts", "tls-certs"]
  static let controllerVolumes = ["argocd-home", "argocd-application-controller-tmp"]

  static func server(_ namespace: String? = nil) -> Workload {
    Workload(
      kind: "Deployment", name: "argocd-server", container: "argocd-server",
      namespace: namespace, volumes: serverVolumes)
  }

  static func controller(_ kind: String = "StatefulSet", _ namespace: String? = nil) -> Workload {
    Workload(
      kind: kind, name: "argocd-application-controller",
      container: "argocd-application-controller", namespace: namespace,
      volumes: kind == "StatefulSet" ? controllerVolumes : ["argocd-home"])
  }

  static let installations = [
    Installation(
      testDescription: "install.yaml, whose workloads have no namespace", options: [],
      workloads: [controller(), server()]),
    Installation(
      testDescription: "workloads with a namespace", options: ["--argocd-namespace=argocd"],
      workloads: [controller("StatefulSet", "argocd"), server("argocd")]),
    Installation(
      testDescription: "dynamic cluster distribution", options: ["--controller=deployment"],
      workloads: [
        controller("Deployment"),
        {
          var old = controller()
          old.isPatched = false
          return old
        }(), server(),
      ]),
    Installation(
      testDescription: "core-install.yaml, without argocd-server", options: ["--core-install"],
      workloads: [controller()]),
    Installation(
      testDescription: "manifests of the chart, release demo", options: ["--helm-release=demo"],
      workloads: [
        Workload(
          kind: "StatefulSet", name: "demo-argocd-application-controller",
          container: "application-controller", namespace: "argocd", volumes: controllerVolumes,
          initContainers: ["own"]),
        Workload(
          kind: "Deployment", name: "demo-argocd-server", container: "server",
          namespace: "argocd", volumes: serverVolumes),
      ]),
    Installation(
      testDescription: "manifests of the chart, a Deployment, release my-argocd in cd",
      options: ["--helm-release=my-argocd", "--controller=deployment", "--argocd-namespace=cd"],
      workloads: [
        Workload(
          kind: "Deployment", name: "my-argocd-application-controller",
          container: "application-controller", namespace: "cd", volumes: ["argocd-home"]),
        Workload(
          kind: "Deployment", name: "my-argocd-server", container: "server", namespace: "cd",
          volumes: serverVolumes),
      ]),
  ]

  private func kustomize(_ files: [String: String]) async throws -> ProcessResult {
    let directory = try TemporaryDirectory()
    for (name, text) in files { try directory.write(text, to: name) }
    return try await ProcessRunner(
      TestBinary.find("kubectl") ?? "kubectl", ["kustomize", directory.path],
      environment: ["HOME": directory.path]
    ).result()
  }

  private static let kustomization = """
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources: [install.yaml]
    patches: [{path: workload.yaml}]
    """

  private func patches(_ options: [String]) async throws -> String {
    let result = try await ProcessRunner(
      TestBinary.path, ["generate", "argocd-workload", "--image=i"] + options
    ).result()
    #expect(result.errors == "")
    return result.output
  }

  private static func names(_ list: JSONValue?) -> Set<String> {
    Set(list?.array?.compactMap { $0["name"]?.string } ?? [])
  }

  @Test("patches are applied to the workloads of an installation", arguments: installations)
  func patched(installation: Installation) async throws {
    let result = try await kustomize([
      "install.yaml": installation.workloads.map(\.yaml).joined(),
      "kustomization.yaml": Self.kustomization,
      "workload.yaml": try await patches(installation.options),
    ])
    #expect(result.code == 0, "\(result.errors)")
    let documents = try Python.yaml(result.output)
    #expect(documents.count == installation.workloads.count)
    for workload in installation.workloads {
      let found = documents.first {
        $0["kind"]?.string == workload.kind && $0["metadata"]?["name"]?.string == workload.name
      }
      let spec = try #require(found?["spec"]?["template"]?["spec"])
      let added: Set<String> =
        workload.isPatched ? ["tokenxchange", "tokenxchange-token"] : []
      #expect(
        Self.names(spec["initContainers"])
          == added.intersection(["tokenxchange"]).union(workload.initContainers))
      #expect(Self.names(spec["volumes"]) == added.union(workload.volumes))
      let containers = try #require(spec["containers"]?.array)
      #expect(containers.map { $0["name"]?.string } == [workload.container])
      #expect(Self.names(containers[0]["volumeMounts"]) == added.union(workload.volumes))
    }
    if KubernetesSchema.isAvailable {
      let (kinds, errors) = try KubernetesSchema.check(result.output)
      #expect(kinds.count == documents.count)
      #expect(errors == [])
    }
  }

  @Test("patches without a namespace do not match workloads that set one")
  func namespaceMismatch() async throws {
    let result = try await kustomize([
      "install.yaml": Self.server("argocd").yaml + Self.controller("StatefulSet", "argocd").yaml,
      "kustomization.yaml": Self.kustomization,
      "workload.yaml": try await patches([]),
    ])
    #expect(result.code == 1)
    #expect(result.errors.contains("no resource matches"), "\(result.errors)")
  }

  @Test("the example kustomization builds with install.yaml")
  func example() async throws {
    var files = [
      "install.yaml": Self.server().yaml + Self.controller().yaml
    ]
    for name in ["kustomization.yaml", "workload.yaml", "cluster.yaml"] {
      files[name] = try ExampleTests.text("argocd/" + name)
    }
    let result = try await kustomize(files)
    #expect(result.code == 0, "\(result.errors)")
    let documents = try Python.yaml(result.output)
    #expect(Set(documents.map { $0["kind"]?.string }) == ["Deployment", "Secret", "StatefulSet"])
    #expect(documents.allSatisfy { $0["metadata"]?["namespace"]?.string == "argocd" })
    for document in documents where document["kind"]?.string != "Secret" {
      let spec = document["spec"]?["template"]?["spec"]
      #expect(Self.names(spec?["initContainers"]) == ["tokenxchange"])
    }
  }

  @Test("the chart values are equivalent to the patches")
  func values() throws {
    let values = try Python.yaml(ExampleTests.text("argocd/values.yaml"))[0]
    let patch = try Python.yaml(ExampleTests.text("argocd/workload.yaml"))[0]
    let spec = patch["spec"]?["template"]?["spec"]
    for part in ["controller", "server"] {
      #expect(values[part]?["volumes"] == spec?["volumes"])
      #expect(values[part]?["initContainers"] == spec?["initContainers"])
      #expect(
        values[part]?["volumeMounts"] == spec?["containers"]?.array?.first?["volumeMounts"])
    }
  }
}
