import Foundation
import TestSupport
import Testing

/// No file under `examples/` can go stale: what a command made is made again and compared.
@Suite struct ExampleTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("examples")

  /// The YAML files, relative to the folder.
  static let files: [String] = {
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    return (names ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
  }()

  static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  /// The arguments of the command that a file says it was made by; nil if it says nothing.
  static func arguments(of text: String) throws -> [String]? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.first == "# Made by:" else { return nil }
    let command = lines.dropFirst().prefix { $0 != "#" }.map { $0.dropFirst(2) + "\n" }.joined()
    let words = command.dropFirst("  tokenxchange ".count)
    let result = try ProcessRunner("/bin/bash", ["-c", "printf '%s\\0' \(words)"]).run()
    return result.output.split(separator: "\0").map(String.init)
  }

  /// With `RECORD=1` they are written anew.
  @Test func everyGeneratedExampleIsWhatItsCommandGives() async throws {
    let isRecording = ProcessInfo.processInfo.environment["RECORD"] == "1"
    var count = 0
    for name in Self.files {
      let old = try Self.text(name)
      guard let arguments = try Self.arguments(of: old) else { continue }
      count += 1
      let result = try await ProcessRunner(
        TestBinary.path, arguments, directory: Self.folder.path
      ).result()
      #expect(result.errors == "", "\(name)")
      #expect(result.output == old, "\(name): RECORD=1 writes it anew")
      if isRecording, result.code == 0 {
        try Data(result.stdout).write(to: Self.folder.appendingPathComponent(name))
      }
    }
    #expect(count >= 20)
  }

  /// The files that people wrote, and the tests that look at each.
  static let handwritten = [
    "argocd/kustomization.yaml": "ExampleTests.kustomizePatchesBothWorkloads",
    "dex/ca.crt": "everyGeneratedExampleIsWhatItsCommandGives",
    "image/Containerfile": "ImageTests, SidecarExampleTests",
    "publish-issuer/cronjob.yaml": "PublishIssuerTests.theCronJobDoesIt",
    "sidecar/from-dexsidecar.yaml": "SidecarExampleTests",
    "sidecar/kubeconfig.yaml": "SidecarExampleTests, kubeconfigOfTheSidecar",
    "target-cluster/ca.crt": "everyGeneratedExampleIsWhatItsCommandGives",
  ]

  @Test func everyFileIsMadeOrChecked() throws {
    let paths = FileManager.default.enumerator(atPath: Self.folder.path)?
      .compactMap { $0 as? String }
    for path in paths ?? [] {
      var isFolder: ObjCBool = false
      let full = Self.folder.appendingPathComponent(path).path
      guard FileManager.default.fileExists(atPath: full, isDirectory: &isFolder),
        !isFolder.boolValue
      else { continue }
      let isMade = try Self.text(path).hasPrefix("# Made by:\n")
      #expect(isMade != (Self.handwritten[path] != nil), "\(path)")
    }
    for path in Self.handwritten.keys {
      #expect(paths?.contains(path) == true, "\(path)")
    }
  }

  // Needs kubectl, and Python's yaml: apt-get install python3-yaml.
  @Test(
    .enabled(if: TestBinary.find("kubectl") != nil, "kubectl is not installed"),
    .enabled(if: Python.hasYAML, "python3 has no module yaml"))
  func kubeconfigOfTheSidecar() async throws {
    let folder = try TemporaryDirectory()
    let data = try Python.yaml(Self.text("sidecar/kubeconfig.yaml"))[0]["data"]
    let file = try folder.write(data?["kubeconfig"]?.string ?? "", to: "kubeconfig")
    let result = try await ProcessRunner(
      TestBinary.find("kubectl") ?? "kubectl",
      [
        "--kubeconfig", file, "config", "view", "--minify",
        "-o=jsonpath={.users[0].user.tokenFile}",
      ],
      environment: ["HOME": folder.path]
    ).result()
    #expect(result.errors == "")
    #expect(result.output == "/var/run/secrets/target-cluster/token")
  }

  // Needs Python's yaml: apt-get install python3-yaml.
  @Test(.enabled(if: Python.hasYAML, "python3 has no module yaml"))
  func everyExampleIsYAML() throws {
    let texts = try Self.files.map { try Self.text($0) }
    #expect(try Python.yaml(texts.joined(separator: "\n---\n")).count >= texts.count)
  }

  // Needs kubectl, which has kustomize in it.
  @Test(
    .enabled(if: TestBinary.find("kubectl") != nil, "kubectl is not installed"),
    .enabled(if: Python.hasYAML, "python3 has no module yaml"))
  func kustomizePatchesBothWorkloads() async throws {
    let folder = try TemporaryDirectory()
    for name in ["kustomization.yaml", "workload.yaml", "cluster.yaml"] {
      try folder.write(Self.text("argocd/" + name), to: name)
    }
    let pairs = [
      ("StatefulSet", "argocd-application-controller"), ("Deployment", "argocd-server"),
    ]
    let workloads = pairs.map { kind, name in
      """
      apiVersion: apps/v1
      kind: \(kind)
      metadata: {name: \(name), namespace: argocd}
      spec:
        template:
          spec:
            initContainers: [{name: own, image: own}]
            containers:
              - name: \(name)
                image: argocd
                volumeMounts: [{name: own, mountPath: /own}]
            volumes: [{name: own, emptyDir: {}}]
      """
    }
    try folder.write(workloads.joined(separator: "\n---\n"), to: "install.yaml")
    let result = try await ProcessRunner(
      TestBinary.find("kubectl") ?? "kubectl", ["kustomize", folder.path],
      environment: ["HOME": folder.path]
    ).result()
    #expect(result.code == 0, "\(result.errors)")
    let documents = try Python.yaml(result.output)
    for (kind, name) in pairs {
      let found = documents.first { $0["kind"]?.string == kind }
      let spec = try #require(found?["spec"]?["template"]?["spec"])
      func names(_ list: JSONValue?) -> Set<String> {
        Set(list?.array?.compactMap { $0["name"]?.string } ?? [])
      }
      #expect(names(spec["initContainers"]) == ["own", "tokenxchange"])
      #expect(names(spec["volumes"]) == ["own", "tokenxchange", "tokenxchange-token"])
      let containers = try #require(spec["containers"]?.array)
      #expect(containers.count == 1)
      #expect(containers[0]["name"]?.string == name)
      #expect(
        names(containers[0]["volumeMounts"]) == ["own", "tokenxchange", "tokenxchange-token"])
    }
    #expect(documents.contains { $0["kind"]?.string == "Secret" })
    // The chart's values say the same as the patches.
    let values = try Python.yaml(Self.text("argocd/values.yaml"))[0]
    let patch = try Python.yaml(Self.text("argocd/workload.yaml"))[0]
    let spec = patch["spec"]?["template"]?["spec"]
    for part in ["controller", "server"] {
      #expect(values[part]?["volumes"] == spec?["volumes"])
      #expect(values[part]?["initContainers"] == spec?["initContainers"])
      #expect(
        values[part]?["volumeMounts"] == spec?["containers"]?.array?.first?["volumeMounts"])
    }
  }
}
