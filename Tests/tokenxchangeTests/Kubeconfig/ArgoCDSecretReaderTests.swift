import Encoding
import Platform
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// Argo CD cluster Secrets.
struct ArgoCDSecretReaderTests {
  private static let config =
    #"{"execProviderConfig":{"command":"tokenxchange","args":["get-token"],"env":{"A":"b"},"#
    + #""apiVersion":"client.authentication.k8s.io/v1"},"tlsClientConfig":{"insecure":false,"#
    + #""caData":"eA=="},"proxyUrl":"http://proxy:3128"}"#

  private static let cluster = ClientConfiguration(
    name: "b", server: "https://b.example:6443", authority: .data("eA==", source: "caData"),
    tlsServerName: nil,
    proxyURL: "http://proxy:3128", namespaces: ["team-a", "team-b"],
    credential: .exec(
      ExecCommand(
        command: "tokenxchange", arguments: ["get-token"],
        variables: [.init(name: "A", value: "b")], apiVersion: "client.authentication.k8s.io/v1",
        interactiveMode: nil, providesClusterInfo: false)))

  private static let head = """
    apiVersion: v1
    kind: Secret
    metadata:
      name: cluster-b
      labels:
        argocd.argoproj.io/secret-type: cluster
    type: Opaque

    """

  private static let plain =
    head + "stringData:\n  name: b\n  server: https://b.example:6443/\n"
    + "  namespaces: team-a, team-b\n  config: |\n    " + config

  private static let encoded =
    head + "data:\n"
    + [
      ("name", "b"), ("server", "https://b.example:6443/"), ("namespaces", "team-a, team-b"),
      ("config", config),
    ].map { "  \($0.0): \(Base64.encode(Array($0.1.utf8)))\n" }.joined()

  private static func json(_ yaml: String) -> String {
    (try? YAMLReader.documents(in: yaml)[0].text(indented: true)) ?? ""
  }

  private static func read(_ text: String) throws -> ClientConfiguration {
    let double = WorldDouble(files: ["/secret": .success(Array(text.utf8))])
    return try ArgoCDSecretReader(world: double.world).read("/secret")
  }

  @Test(
    "data and stringData are read, in YAML and JSON, alone or in a list",
    arguments: [
      Row("stringData", plain, ""), Row("data", encoded, ""), Row("JSON", json(encoded), ""),
      Row("a list", #"{"kind":"List","items":[\#(json(encoded))]}"#, ""),
      Row("among other documents", "kind: ConfigMap\n---\n" + plain, ""),
    ])
  func formats(_ row: Row<String, String>) throws {
    #expect(try Self.read(row.input) == Self.cluster)
  }

  @Test("a Secret is read from standard input")
  func standardInput() throws {
    var world = WorldDouble().world
    world.terminal.readInput = { _ throws(FileReadError) in Array(Self.plain.utf8) }
    #expect(try ArgoCDSecretReader(world: world).read("-") == Self.cluster)
  }

  @Test("the output of generate argocd-cluster is read", arguments: ["secret", "helm"])
  func generated(_ format: String) throws {
    let double = Sample.world()
    let code = double.run(
      [
        "generate", "argocd-cluster", "--server=https://b.example:6443", "--cluster-name=b",
        "--format=\(format)",
      ] + Sample.base)
    #expect(code == .done, "\(double.stderr)")
    let found = try Self.read(double.stdout)
    #expect(found.name == "b")
    #expect(found.server == "https://b.example:6443")
    #expect(found.faults == [])
    guard case .exec(let exec) = found.credential else {
      Issue.record("no exec")
      return
    }
    #expect(exec.arguments.contains("--client-id=target-cluster"))
  }

  @Test("a missing label, a CA with insecure, and the cluster's own server are reported")
  func faults() throws {
    let label = "  labels:\n    argocd.argoproj.io/secret-type: cluster\n"
    #expect(try Self.read(Self.plain.replacing(label, with: "")).faults == [.noClusterLabel])
    let insecure = Self.plain.replacing(#""insecure":false"#, with: #""insecure":true"#)
    #expect(try Self.read(insecure).faults == [.authorityAndInsecure])
    let own = Self.plain.replacing(
      "https://b.example:6443/", with: "https://kubernetes.default.svc")
    #expect(try Self.read(own).faults == [.inClusterServer])
  }

  @Test(
    "credentials have the same precedence as in Argo CD",
    arguments: [
      Row(
        "AWS first", #"{"awsAuthConfig":{},"execProviderConfig":{}}"#, .provider("awsAuthConfig")),
      Row("a token", #"{"bearerToken":"hunter2"}"#, .token),
      Row("a certificate", #"{"tlsClientConfig":{"certData":"eA=="}}"#, .clientCertificate),
      Row("a password", #"{"username":"u","password":"hunter2"}"#, .password),
      Row("none", "{}", ClientConfiguration.Credential.none),
    ] as [Row<String, ClientConfiguration.Credential>])
  func credentials(_ row: Row<String, ClientConfiguration.Credential>) throws {
    let text = Self.plain.replacing(Self.config, with: row.input)
    #expect(try Self.read(text).credential == row.output)
  }

  @Test(
    "unreadable Secrets: exit 2, and the message contains no secret",
    arguments: [
      Row("no Secret", "kind: ConfigMap\ndata:\n  config: hunter2", ArgoCDSecretError.noSecret),
      Row("two Secrets", plain + "\n---\n" + plain, .severalSecrets(["cluster-b", "cluster-b"])),
      Row("no server", head + "stringData:\n  name: b", .missing(key: "server")),
      Row("plain text in data", head + "data:\n  server: hunter2!", .notBase64(key: "server")),
      Row("config that is not JSON", plain.replacing(config, with: "{hunter2}"), .configNotJSON),
      Row(
        "args with a number", plain.replacing(#"["get-token"]"#, with: "[1]"),
        .invalidMember("args")),
      Row("flow style", "{kind: Secret}", .invalidJSON),
      Row("a duplicate member", #"{"kind":"Secret","kind":"List"}"#, .duplicateMember("kind")),
      Row(
        "a duplicate member of config",
        plain.replacing(config, with: #"{"tlsClientConfig":{},"tlsClientConfig":{}}"#),
        .duplicateMember("tlsClientConfig")),
      Row("a tag", head + "data: !!map x", .notReadable(YAMLError(line: 8, reason: .tag))),
    ] as [Row<String, ArgoCDSecretError>])
  func errors(_ row: Row<String, ArgoCDSecretError>) {
    let error = #expect(throws: CommandError.self) { try Self.read(row.input) }
    #expect(error == .argoCDSecret(row.output, file: "/secret"))
    guard let error else { return }
    let diagnosis = Diagnosis(error)
    #expect(diagnosis.exitCode == .usage)
    #expect(!diagnosis.hint.text.isEmpty && !diagnosis.lines.joined().contains("hunter2"))
  }
}
