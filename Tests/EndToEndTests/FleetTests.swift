import Foundation
import StandIns
import TestSupport
import Testing

/// Three clusters with one user entry; the settings that differ are in the cluster entries.
///
/// The API servers accept only the audience of their own cluster, so a token for another cluster
/// fails.
struct Fleet: Sendable {
  static let names = ["a", "b", "c"]

  let plugin: Plugin
  private let servers: [APIServerStandIn]
  private let fronts: [TLSFront]

  init() throws {
    let plugin = try Plugin(tls: [.apiServer])
    self.plugin = plugin
    let site = plugin.site
    site.dex.update { $0.clients += Self.names.map { .init(id: "cluster-\($0)") } }
    var servers: [APIServerStandIn] = []
    for name in Self.names {
      var configuration = site.apiServer.configuration
      configuration.clientID = "cluster-\(name)"
      configuration.userPrefix = "\(name):"
      servers.append(try APIServerStandIn(configuration))
    }
    self.servers = servers
    let certificate = try #require(site.certificates).server
    fronts = try servers.map {
      try TLSFront(upstream: $0.server.port, certificate: certificate)
    }
  }

  /// The URL of a cluster's API server.
  func url(_ name: String) throws -> String {
    fronts[try #require(Self.names.firstIndex(of: name))].url
  }

  /// The `generate` options for a cluster.
  func options(_ name: String) throws -> [String] {
    [
      "--cluster-config", "--server=\(try url(name))", "--cluster-name=\(name)",
      "--server-ca=\(plugin.site.authorityFile ?? "")", "--issuer=\(plugin.site.dex.issuer)",
      "--client-id=cluster-\(name)", "--connector-id=argocd-cluster",
      "--token-file=\(plugin.tokenFile)", "--command=\(TestBinary.path)",
    ]
  }

  /// Generated kubeconfigs for all clusters, as a value of KUBECONFIG.
  func kubeconfigs(_ more: [String] = []) async throws -> String {
    var files: [String] = []
    for name in Self.names {
      let result = try await ProcessRunner(
        TestBinary.path, ["generate", "kubeconfig"] + options(name) + more
      ).result()
      #expect(result.errors == "")
      files.append(try plugin.directory.write(result.output, to: "\(name).yaml"))
    }
    return files.joined(separator: ":")
  }
}

@Suite("Fleet", .enabled(if: TLSFront.isAvailable, "SKIPPED: nginx is not installed"))
struct FleetTests {
  private func kubectl(_ fleet: Fleet, _ config: String, _ arguments: [String]) async throws
    -> ProcessResult
  {
    try await ProcessRunner(
      TestBinary.find("kubectl") ?? "kubectl", arguments,
      environment: ["HOME": fleet.plugin.directory.path("home"), "KUBECONFIG": config], timeout: 120
    ).result()
  }

  @Test(
    "kubectl gets each cluster's own token with one user entry, with and without the cache",
    .enabled(if: TestBinary.find("kubectl") != nil, "SKIPPED: kubectl is not installed"),
    arguments: ["v1", "v1beta1"], [false, true])
  func threeClusters(version: String, caches: Bool) async throws {
    let fleet = try Fleet()
    let cache = caches ? ["--cache-dir=\(fleet.plugin.directory.path("cache"))"] : []
    let config = try await fleet.kubeconfigs(["--api-version=\(version)"] + cache)
    let merged = try await kubectl(fleet, config, ["config", "view", "--flatten", "-o", "json"])
    #expect(try JSONValue(parsing: merged.output)["users"]?.array?.count == 1)
    let file = try fleet.plugin.directory.write(merged.output, to: "merged")
    // Some kubectl wrappers first request the server's version.
    let before = fleet.plugin.site.dex.tokenRequests
    for _ in 1...2 {
      for name in Fleet.names {
        let result = try await kubectl(
          fleet, config,
          [
            "--kubeconfig", file, "--context", name, "auth", "whoami", "-o",
            "jsonpath={.status.userInfo.username}",
          ])
        #expect(result.errors == "")
        #expect(result.output == "\(name):\(fleet.plugin.site.cluster.subject)")
      }
    }
    let after = fleet.plugin.site.dex.tokenRequests
    #expect(caches ? after == 3 : after - before == 6)
  }

  @Test(
    "a kubeconfig without provideClusterInfo is reported with the line to add",
    .enabled(if: TestBinary.find("kubectl") != nil, "SKIPPED: kubectl is not installed"))
  func withoutClusterInfo() async throws {
    let fleet = try Fleet()
    let config = try await fleet.kubeconfigs().split(separator: ":")[0]
    let text = try String(contentsOfFile: String(config), encoding: .utf8)
    let file = try fleet.plugin.directory.write(
      text.replacing("provideClusterInfo: true", with: "provideClusterInfo: false"), to: "without")
    let result = try await kubectl(fleet, file, ["auth", "whoami"])
    #expect(result.ending == .exit(1))
    #expect(
      result.errors.hasPrefix(
        "tokenxchange: KUBERNETES_EXEC_INFO has no spec.cluster, so spec.cluster.config is missing\n"
          + "hint: add provideClusterInfo: true next to the plugin's command;"),
      "\(result.errors)")
    #expect(fleet.plugin.site.dex.tokenRequests == 0)
  }

  @Test(
    "the example kubeconfig equals the merged output of generate for its three clusters",
    .enabled(if: TestBinary.find("kubectl") != nil, "SKIPPED: kubectl is not installed"),
    .enabled(if: Python.hasYAML, "python3 has no module yaml"))
  func example() async throws {
    let text = try ExampleTests.text("fleet/kubeconfig.yaml")
    let script = text.split(separator: "\n").dropFirst().prefix { $0.hasPrefix("#   ") }
      .map { $0.dropFirst(2) }.joined(separator: "\n")
    let directory = try TemporaryDirectory()
    try FileManager.default.createSymbolicLink(
      atPath: directory.path("tokenxchange"), withDestinationPath: TestBinary.path)
    let kubectl = URL(filePath: TestBinary.find("kubectl") ?? "").deletingLastPathComponent().path
    let result = try await ProcessRunner(
      "/bin/bash", ["-ec", script],
      environment: ["HOME": directory.path, "PATH": "\(directory.path):\(kubectl):/usr/bin:/bin"],
      directory: directory.path
    ).result()
    #expect(result.ending == .exit(0), "\(result.errors)")
    let expected = try Python.yaml(result.output)[0]
    let example = try Python.yaml(text)[0]
    for member in ["clusters", "contexts", "current-context"] {
      #expect(example[member] == expected[member], "\(member)")
    }
    let (left, right) = (example["users"]?.array ?? [], expected["users"]?.array ?? [])
    #expect(left.count == 1 && right.count == 1)
    #expect(left.first?["name"] == right.first?["name"])
    let exec = left.first?["user"]?["exec"]
    for member in exec?.object?.members.map(\.name) ?? [] where member != "installHint" {
      #expect(exec?[member] == right.first?["user"]?["exec"]?[member], "\(member)")
    }
  }

  @Test("the table of renewals in the guide equals the output of the simulation")
  func renewals() async throws {
    let result = try await ProcessRunner(
      "/usr/bin/python3", [Repository.path("Tests/bench/renewals.py")]
    ).result()
    #expect(result.errors == "")
    let guide = try ExampleTests.text("fleet/README.md")
    let rows = result.output.split(separator: "\n").filter { $0.hasPrefix("|") }
    #expect(rows.count == 9)
    for row in rows { #expect(guide.contains(row + "\n"), "\(row)") }
  }

  /// The client from Tests/requirements.txt: Debian's version does not support provideClusterInfo.
  private static let pythonPath = ["PYTHONPATH": Repository.tools]

  static let hasPythonClient =
    (try? ProcessRunner(
      "/usr/bin/python3", ["-c", "import kubernetes.client.api, kubernetes.config"],
      environment: pythonPath
    ).run().code) == 0

  @Test(
    "the Python client, which passes the cluster differently, gets each cluster's token",
    .enabled(
      if: hasPythonClient, "SKIPPED: the Python client of Kubernetes is missing: make test-deps"),
    arguments: ["v1", "v1beta1"])
  func pythonClient(version: String) async throws {
    let fleet = try Fleet()
    let config = try await fleet.kubeconfigs(["--api-version=\(version)"])
    let script = """
      import sys
      from kubernetes import client, config
      for name in "abc":
        api = config.new_client_from_config(context=name)
        review = client.AuthenticationV1Api(api).create_self_subject_review(
          client.V1SelfSubjectReview(
            api_version="authentication.k8s.io/v1", kind="SelfSubjectReview"))
        print(review.status.user_info.username)
      """
    var environment = Self.pythonPath
    environment["KUBECONFIG"] = config
    environment["HOME"] = fleet.plugin.directory.path
    let result = try await ProcessRunner(
      "/usr/bin/python3", ["-c", script], environment: environment
    ).result()
    let subject = fleet.plugin.site.cluster.subject
    #expect(result.output == Fleet.names.map { "\($0):\(subject)\n" }.joined(), "\(result.errors)")
  }

  /// The data that client-go passes to a plugin for an Argo CD cluster Secret: the members of
  /// spec.cluster from `tlsClientConfig`, and `config` only with `provideClusterInfo`.
  private func execInfo(_ secret: JSONValue, _ config: JSONValue) -> String {
    let exec = config["execProviderConfig"]
    var cluster: [(String, JSONValue)] = [
      ("server", secret["stringData"]?["server"] ?? .null)
    ]
    if let data = config["tlsClientConfig"]?["caData"] {
      cluster.append(("certificate-authority-data", data))
    }
    cluster.append(("config", exec?["config"] ?? .null))
    let members = cluster.map { "\"\($0.0)\":\($0.1.text)" }.joined(separator: ",")
    let spec = exec?["provideClusterInfo"] == true ? #""cluster":{\#(members)},"# : ""
    return #"{"kind":"ExecCredential","apiVersion":\#(exec?["apiVersion"]?.text ?? ""),"#
      + #""spec":{\#(spec)"interactive":false}}"# + "\n"
  }

  @Test(
    "Argo CD's exec call works with the config of the generated cluster Secret",
    .enabled(if: Python.hasYAML, "python3 has no module yaml"), arguments: Fleet.names)
  func argoCD(name: String) async throws {
    let fleet = try Fleet()
    let text = try await ProcessRunner(
      TestBinary.path, ["generate", "argocd-cluster"] + fleet.options(name)
    ).result().output
    let secret = try Python.yaml(text)[0]
    let config = try JSONValue(parsing: secret["stringData"]?["config"]?.string ?? "")
    let exec = try #require(config["execProviderConfig"])
    #expect(
      exec["config"] == [
        "clientID": .string("cluster-\(name)"), "connectorID": "argocd-cluster",
      ])
    let arguments = exec["args"]?.array?.compactMap(\.string) ?? []
    #expect(!arguments.contains { $0.hasSuffix("cluster-\(name)") })
    let result = try await fleet.plugin.run(
      arguments, ["KUBERNETES_EXEC_INFO": execInfo(secret, config)])
    let token = try fleet.plugin.expectCredential(result, margin: 60)
    #expect(token.claims["aud"]?.string == "cluster-\(name)")
    // Argo CD before 3.5.0 drops both members.
    let old = try await fleet.plugin.run(
      arguments,
      [
        "KUBERNETES_EXEC_INFO":
          #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","#
          + #""spec":{"interactive":false}}"# + "\n"
      ])
    #expect(old.ending == .exit(2))
    #expect(old.errors.contains("Argo CD before 3.5.0"))
  }

  @Test(
    "the example ClusterProfile contains the settings, and the provider file the arguments",
    .enabled(if: Python.hasYAML, "python3 has no module yaml"))
  func clusterProfile() async throws {
    let fleet = try Fleet()
    let options = try fleet.options("b").dropFirst()
    let result = try await ProcessRunner(
      TestBinary.path, ["generate", "clusterprofile-provider", "--audience=x,y"] + options
    ).result()
    #expect(result.errors == "")
    let documents = try Python.yaml(result.output)
    let file = try JSONValue(parsing: documents[0]["data"]?["providers.json"]?.string ?? "")
    let provider = try #require(file["providers"]?.array?.first)
    #expect(provider["profileSourcedCLIArgsPolicy"] == "Ignore")
    #expect(provider["profileSourcedEnvVarsPolicy"] == "Ignore")
    #expect(provider["execConfig"]?["provideClusterInfo"] == true)
    let profile = try #require(documents[1]["status"]?["accessProviders"]?.array?.first)
    #expect(profile["name"] == provider["name"])
    let found = try #require(profile["cluster"]?["extensions"]?.array?.first)
    #expect(found["name"] == "client.authentication.k8s.io/exec")
    #expect(
      found["extension"] == [
        "audiences": ["x", "y"], "clientID": "cluster-b", "connectorID": "argocd-cluster",
      ])
    // The plugin runs with the library's rest.Config, converted to a kubeconfig.
    let arguments = provider["execConfig"]?["args"]?.array?.compactMap(\.string) ?? []
    let info =
      #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":"#
      + #"{"cluster":{"server":\#(profile["cluster"]?["server"]?.text ?? ""),"config":"#
      + #"{"clientID":"cluster-b","connectorID":"argocd-cluster"}},"interactive":false}}"# + "\n"
    let run = try await fleet.plugin.run(arguments, ["KUBERNETES_EXEC_INFO": info])
    try fleet.plugin.expectCredential(run, margin: 60)
  }
}
