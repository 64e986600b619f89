import Foundation
import StandIns
import TestSupport
import Testing

/// Stand-ins for the systems in the guides, and a working directory.
struct GuideFixture: Sendable {
  private let plugin: Plugin
  private let directory: TemporaryDirectory
  /// The names in the guides, and the values that replace them in this test.
  private let names: [(shown: String, actual: String)]
  private let environment: [String: String]

  /// Prepares everything that the guides assume; `context` is kubectl's current context.
  init(context: String) throws {
    let plugin = try Plugin(tls: [.dex, .apiServer, .cluster])
    let directory = try TemporaryDirectory(prefix: "guide")
    (self.plugin, self.directory) = (plugin, directory)
    let site = plugin.site
    site.apiServer.update {
      $0.userPrefix = "dex:"
      $0.connector = "argocd-cluster"
      $0.groupsPrefix = "dex:"
    }
    site.clusterServer.update { $0.staticTokens = [site.adminToken: .admin] }
    let authority = try String(contentsOfFile: site.authorityFile ?? "", encoding: .utf8)
    for name in ["target-ca", "target", "dex-ca", "cluster-a", "a", "b", "c"] {
      try directory.write(authority, to: "work/\(name).crt")
    }
    var issuer = site.cluster
    (issuer.namespace, issuer.serviceAccount) = ("ci", "deployer")
    let token = try directory.write(issuer.token(), to: "token")
    issuer.audience = issuer.issuer
    let ownToken = try directory.write(issuer.token(), to: "own-token")
    names = [
      (
        "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt", directory.path("work/cluster-a.crt")
      ),
      ("/var/run/secrets/kubernetes.io/serviceaccount/token", ownToken),
      ("/var/run/secrets/tokenxchange/token", token),
      ("https://target.example.com:6443", site.apiServerURL),
      ("https://dex.example.com/dex", site.dex.issuer),
      ("https://oidc.cluster-a.example.com", site.cluster.issuer),
      ("https://cluster-a.example.com:6443", site.cluster.issuer),
      ("https://kubernetes.default.svc", site.cluster.issuer),
    ]
    let programs = directory.path("bin")
    try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: programs + "/tokenxchange", withDestinationPath: TestBinary.path)
    environment = [
      "HOME": directory.path("home"), "PATH": "\(programs):/usr/local/bin:/usr/bin:/bin",
      "SSL_CERT_FILE": site.authorityFile ?? "",
    ]
    try writeKubeconfig(context: context, token: token)
  }

  /// Writes the reader's kubeconfig: an administrator of both clusters, and the pod's user.
  private func writeKubeconfig(context: String, token: String) throws {
    let site = plugin.site
    func cluster(_ name: String, _ url: String) -> JSONValue {
      [
        "name": .string(name),
        "cluster": [
          "server": .string(url), "certificate-authority": .string(site.authorityFile ?? ""),
        ],
      ]
    }
    func entry(_ name: String, _ cluster: String, _ user: String) -> JSONValue {
      ["name": .string(name), "context": ["cluster": .string(cluster), "user": .string(user)]]
    }
    let arguments = [
      "--issuer=\(site.dex.issuer)", "--client-id=target-cluster", "--connector-id=argocd-cluster",
      "--token-file=\(token)", "--certificate-authority=\(site.authorityFile ?? "")",
    ]
    let config: JSONValue = [
      "apiVersion": "v1", "kind": "Config", "current-context": .string(context),
      "clusters": [cluster("target", site.apiServerURL), cluster("a", site.cluster.issuer)],
      "users": [
        ["name": "admin", "user": ["token": .string(site.adminToken)]],
        [
          "name": "pod",
          "user": [
            "exec": [
              "apiVersion": "client.authentication.k8s.io/v1", "command": "tokenxchange",
              "interactiveMode": "Never", "args": .strings(arguments),
            ]
          ],
        ],
      ],
      "contexts": [
        entry("target", "target", "admin"), entry("cluster-a", "a", "admin"),
        entry("pod", "target", "pod"),
      ],
    ]
    try directory.write(config.text, to: "home/.kube/config")
  }

  /// Runs a command from a guide, and replaces the actual values in its output with the guide's
  /// names.
  func run(_ command: String) async throws -> (code: Int32, output: String) {
    let script = names.reduce("set -euo pipefail\n" + command) {
      $0.replacing($1.shown, with: $1.actual)
    }
    let result = try await ProcessRunner(
      "/bin/bash", ["-c", script], environment: environment, directory: directory.path("work"),
      timeout: 120
    ).result()
    let output = names.reduce(result.output + result.errors) {
      $0.replacing($1.actual, with: $1.shown)
    }
    return (result.code, output)
  }
}

/// Runs the commands of the README and the guides in order.
@Suite(
  .enabled(if: TLSFront.isAvailable, "SKIPPED: nginx is not installed"),
  .enabled(if: TestBinary.find("kubectl") != nil, "SKIPPED: kubectl is not installed"))
struct GuideTests {
  /// Commands that cannot run in this test, or that the named tests run.
  private static let notRun = [
    "make ",  // DocumentCommandTests
    "completion", "buildkite-agent", "…",
    "kubectl -n argocd exec", " -k .",  // ArgoCDWorkloadTests
    "kubectl create clusterrolebinding",  // the stand-in supports only apply
    "create token", "kubectl wait", "kubectl logs", "kubectl apply -f pod.yaml",  // a real cluster
    "--kubeconfig=login.yaml", "login --kubeconfig",  // LoginTests
    "--context b",  // FleetTests
    "--connector-id=github",  // a namespace that the stand-in does not have
    "--kubeconfig kubeconfig.yaml",  // the subject of a CI job
  ]

  /// The guides, and kubectl's current context in each.
  static let guides = [
    ("README.md", "target"), ("examples/README.md", "target"),
    ("examples/argocd/README.md", "cluster-a"), ("examples/ci/README.md", "target"),
    ("examples/dex/README.md", "cluster-a"),
    ("examples/fleet/README.md", "target"), ("examples/kubeconfig/README.md", "target"),
    ("examples/publish-issuer/README.md", "cluster-a"), ("examples/sidecar/README.md", "cluster-a"),
    ("examples/target-cluster/README.md", "pod"),
  ]

  /// Masks the parts of object names and key IDs that differ between runs.
  private func masked(_ text: String) -> String {
    text.replacing(/secret\/cluster-[a-z0-9-]+/, with: "secret/cluster-NAME")
      .replacing(/with the keys? \S+/, with: "with the keys KEY")
      .replacing(
        /https:\/\/(oidc\.cluster-a\.example\.com|cluster-a\.example\.com:6443)/, with: "ISSUER")
  }

  @Test("the commands of every guide are tested")
  func complete() {
    let listed = Set(Self.guides.map(\.0))
    let paths = Document.all.filter { $0.path.hasPrefix("examples/") && !$0.sessions.isEmpty }
    for document in paths { #expect(listed.contains(document.path), "\(document)") }
  }

  @Test("the commands succeed and print what the guide shows", arguments: guides)
  func steps(_ path: String, _ context: String) async throws {
    let guide = try #require(Document(path: path))
    let fixture = try GuideFixture(context: context)
    for session in guide.sessions
    where !Self.notRun.contains(where: { session.command.contains($0) }) {
      let result = try await fixture.run(session.command)
      #expect(result.code == 0, "\(session.command)\(result.output)")
      guard !session.output.isEmpty else { continue }
      #expect(masked(result.output) == masked(session.output), "\(session.command)")
    }
  }
}
