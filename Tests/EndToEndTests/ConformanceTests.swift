import Foundation
import StandIns
import TestSupport
import Testing

/// `Tests/conformance.py` and `Tests/walkthrough.sh` against the stand-ins.
@Suite(
  "make conformance",
  .enabled(if: TestBinary.find("kubectl") != nil, "SKIPPED: kubectl is not installed"),
  .enabled(if: TLSFront.isAvailable, "SKIPPED: nginx is not installed"))
struct ConformanceTests {
  private let plugin: Plugin

  init() throws { plugin = try Plugin(tls: [.dex, .apiServer, .cluster]) }

  /// The variables that describe the stand-ins.
  private func variables() throws -> [String: String] {
    let site = plugin.site
    let authority = site.authorityFile ?? ""
    var own = site.cluster
    own.audience = own.issuer
    return [
      "DEX_ISSUER": site.dex.issuer, "DEX_CA": authority, "CLIENT_ID": "target-cluster",
      "CONNECTOR_ID": "argocd-cluster", "MINT": "cat '\(plugin.tokenFile)'",
      "APISERVER": site.apiServerURL, "APISERVER_CA": authority,
      "SOURCE_APISERVER": site.cluster.issuer, "SOURCE_CA": authority,
      "SOURCE_MINT": "cat '\(try plugin.directory.write(own.token(), to: "own-token"))'",
      "KUBECTL": TestBinary.find("kubectl") ?? "",
      "ADMIN_KUBECONFIG": try plugin.directory.write(site.adminKubeconfig, to: "admin.kubeconfig"),
    ]
  }

  private struct Report {
    var code: Int32
    var rows: [(name: String, result: String, detail: String)] = []
    var summary: String
    var errors: String

    /// The results and details of the rows that are not "yes", by name.
    var others: [String: String] {
      Dictionary(
        rows.filter { $0.result != "yes" }.map { ($0.name, "\($0.result): \($0.detail)") }
      ) { $1 }
    }

    func detail(_ name: String) -> String? { rows.first { $0.name == name }?.detail }
  }

  private func conformance(_ variables: [String: String]) async throws -> Report {
    let environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]
    let result = try await ProcessRunner(
      Repository.path("Tests/conformance.py"), [TestBinary.path],
      environment: environment.merging(variables) { $1 }, directory: plugin.directory.path,
      timeout: 300
    ).result()
    let lines = result.output.split(separator: "\n").map(String.init)
    var report = Report(code: result.code, summary: lines.last ?? "", errors: result.errors)
    for line in lines.dropLast() {
      let row = try #require(
        line.wholeMatch(of: /(?<name>\S.*?) +(?<result>yes|no|not tried)(?: +(?<detail>.*))?/),
        "\(line)")
      report.rows.append(
        (String(row.name), String(row.result), row.detail.map(String.init) ?? ""))
    }
    return report
  }

  private static let account = "system:serviceaccount:argocd:argocd-application-controller"
  private static let pod = "server-side dry run of the sidecar's pod"

  @Test("every check that the stand-ins support passes: exit 0")
  func standIns() async throws {
    let report = try await conformance(variables())
    #expect(report.others == [Self.pod: "not tried: RESTRICTED_NAMESPACE"])
    #expect(report.summary == "23 yes, 0 no, 1 not tried")
    #expect(report.errors == "")
    #expect(report.code == 0)
    for name in [
      "exchange through kubectl, ExecCredential v1",
      "exchange through kubectl, ExecCredential v1beta1", "exchange for an access token",
      "sidecar --once writes a token that kubectl can use", "token-file at cluster A",
    ] {
      #expect(report.detail(name) == Self.account, "\(name)")
    }
    #expect(
      report.detail("publish-issuer from cluster A") == "\(plugin.site.cluster.issuer), 1 key")
    #expect(
      report.detail("server-side dry run of RBAC: a cluster-wide role with rules and paths")
        == "clusterrole, clusterrolebinding")
    // A dry run stores nothing.
    let objects = plugin.site.apiServer.configuration.objects
    #expect(objects["clusterroles.rbac.authorization.k8s.io"] == [])
    #expect(objects["secrets"] == [])
  }

  @Test("without variables, nothing is tried: exit 0, or exit 1 with STRICT=1")
  func nothing() async throws {
    let report = try await conformance([:])
    #expect(report.summary == "0 yes, 0 no, 24 not tried")
    #expect(
      report.detail("exchange through kubectl, ExecCredential v1")
        == "DEX_ISSUER, CLIENT_ID, CONNECTOR_ID, MINT, APISERVER, KUBECTL")
    #expect(report.code == 0)
    #expect(try await conformance(["STRICT": "1"]).code == 1)
  }

  @Test("checks that lack a variable name it, and the other checks run")
  func missing() async throws {
    var given = try variables()
    for name in ["APISERVER", "SOURCE_APISERVER", "SOURCE_MINT"] { given[name] = nil }
    let report = try await conformance(given)
    #expect(report.summary == "7 yes, 0 no, 17 not tried")
    #expect(report.detail("token-file at cluster A") == "SOURCE_APISERVER")
    #expect(report.detail("doctor, from the settings to the API server") == "APISERVER")
    #expect(report.detail(Self.pod) == "APISERVER, RESTRICTED_NAMESPACE")
    #expect(report.code == 0)
  }

  @Test("a token that is only for Dex is not sufficient for cluster A")
  func otherAudience() async throws {
    var given = try variables()
    given["SOURCE_MINT"] = nil
    let report = try await conformance(given)
    #expect(
      report.others["token-file at cluster A"]
        == "not tried: SOURCE_MINT: the token of MINT has another audience")
    #expect(report.code == 0)
  }

  @Test(
    "an account without rights skips the dry runs, and an administrator without rights fails them")
  func noRights() async throws {
    plugin.site.apiServer.update { $0.allowedUsers = [] }
    var given = try variables()
    given["ADMIN_KUBECONFIG"] = nil
    let report = try await conformance(given)
    let others = report.others.filter { $0.key != Self.pod }
    #expect(
      Set(others.values)
        == ["not tried: ADMIN_KUBECONFIG: the service account of MINT may not do it"])
    #expect(others.count == 7)
    #expect(report.code == 0)
    plugin.site.apiServer.update { [token = plugin.site.adminToken] in
      $0.staticTokens[token]?.groups = ["system:authenticated"]
    }
    let refused = try await conformance(variables())
    #expect(
      refused.others.filter { $0.value.hasPrefix("no: Error from server (Forbidden)") }.count == 7)
    #expect(refused.code == 1)
  }

  /// A misconfigured server, and the checks that must then be "no".
  struct WrongServer: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var change: @Sendable (StandInSite) -> Void
    var checks: Set<String>
  }

  private static let atTarget: Set<String> = [
    "exchange through kubectl, ExecCredential v1",
    "exchange through kubectl, ExecCredential v1beta1", "exchange for an access token",
    "doctor, from the settings to the API server",
    "sidecar --once writes a token that kubectl can use",
  ]

  static let wrong = [
    WrongServer(
      testDescription: "the API server expects another client",
      change: { $0.apiServer.update { $0.clientID = "another" } }, checks: atTarget),
    WrongServer(
      testDescription: "Dex trusts another issuer",
      change: {
        $0.dex.update { $0.connectors = $0.connectors.filter { $0.id != "argocd-cluster" } }
      },
      checks: atTarget.union(["the API server rejects a token with a wrong signature"])),
    WrongServer(
      testDescription: "cluster A does not publish its keys to anonymous users",
      change: { $0.clusterServer.update { $0.opensDiscovery = false } },
      checks: [
        "publish-issuer --check: what the issuer publishes is up to date"
      ]),
    WrongServer(
      testDescription: "cluster A has another issuer",
      change: {
        $0.clusterServer.update { $0.serviceAccounts?.issuer = "https://another.example" }
      },
      checks: [
        "token-file at cluster A", "publish-issuer from cluster A",
        "publish-issuer --check: what the issuer publishes is up to date",
      ]),
  ]

  @Test("a misconfigured server is detected: exit 1", arguments: wrong)
  func wrongServer(_ wrong: WrongServer) async throws {
    let given = try variables()
    wrong.change(plugin.site)
    let report = try await conformance(given)
    let failed = report.others.filter { $0.value.hasPrefix("no: ") }
    #expect(Set(failed.keys) == wrong.checks, "\(failed)")
    #expect(failed.values.allSatisfy { $0.count > "no: ".count })
    #expect(report.code == 1)
  }

  @Test(
    "make walkthrough goes from a service account token to kubectl with generated files",
    .enabled(if: Python.hasYAML, "python3 has no module yaml"))
  func walkthrough() async throws {
    let result = try await Repository.run(
      "Tests/walkthrough.sh", [TestBinary.path, TestBinary.sibling("dex-standin")])
    #expect(result.errors == "")
    #expect(result.code == 0)
    let users = result.output.matches(of: /\nUsername    (.*)/).map { String($0.1) }
    #expect(users == ["dex:" + Self.account, "dex:" + Self.account])
    let bound = result.output.matches(of: /\nview +(.*)/).map { String($0.1) }
    #expect(bound == ["dex:" + Self.account, "dex:system:serviceaccount:ci:deployer"])
    #expect(result.output.ranges(of: "Error from server (Forbidden): ").count == 3)
    #expect(result.output.ranges(of: "\nweb-0 ").count == 2)
    #expect(result.output.hasSuffix(": up to date\n"))
  }

  /// kind, Docker and the chart cannot run in this test, so programs in PATH replace them.
  @Test(
    "make conformance-kind creates two clusters, Dex's values and the variables for the checks",
    .enabled(if: Python.hasYAML, "python3 has no module yaml"))
  func kind() async throws {
    let home = plugin.directory
    let kubeconfig = try home.write(plugin.site.adminKubeconfig, to: "kind.kubeconfig")
    let programs = [
      "kind": """
      [ "$1 $2" = "create cluster" ] || exit 0
      while [ "$1" != --config ]; do [ "$1" = --name ] && name=$2; shift; done
      cp "$2" "$LOGS/$name.yaml"
      cp '\(kubeconfig)' "$name.kubeconfig"
      """,
      "helm": #"cp values.yaml dex.yaml "$LOGS""#,
      "kubectl": """
      case " $* " in
        *" get nodes "*) printf 127.0.0.1 ;;
        *" config view "*) exec '\(TestBinary.find("kubectl") ?? "")' "$@" ;;
      esac
      """,
    ]
    for (name, script) in programs {
      let log = #"echo "\#(name) $*" >>"$LOGS/calls""#
      try home.write("#!/bin/sh\n\(log)\n\(script)\n", to: "bin/\(name)", mode: 0o755)
    }
    let copy = try home.write(
      Repository.text("Tests/conformance-kind.sh"), to: "Tests/conformance-kind.sh", mode: 0o755)
    try home.write(
      "#!/bin/sh\nenv >\"$LOGS/variables\"\ncp \"$APISERVER_CA\" \"$DEX_CA\" \"$LOGS\"\n",
      to: "Tests/conformance.py", mode: 0o755)
    try FileManager.default.createDirectory(
      atPath: home.path("logs"), withIntermediateDirectories: true)
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let result = try await ProcessRunner(
      copy, [TestBinary.path],
      environment: ["PATH": home.path("bin") + ":" + path, "LOGS": home.path("logs")],
      timeout: 120
    ).result()
    #expect(result.errors == "")
    #expect(result.code == 0)
    func log(_ name: String) throws -> String {
      try String(contentsOfFile: home.path("logs/" + name), encoding: .utf8)
    }
    let calls = try log("calls")
    #expect(calls.hasSuffix("kind delete clusters tokenxchange-source tokenxchange-target\n"))
    let issuer = "https://127.0.0.1:32000/dex"
    let config = try Python.yaml(log("values.yaml"))[0]["config"]
    let generated = try Python.yaml(log("dex.yaml"))[0]
    for (name, value) in generated.object?.members ?? [] { #expect(config?[name] == value) }
    #expect(generated["issuer"]?.string == issuer)
    #expect(config?["storage"]?["type"] == "kubernetes")
    for (cluster, argument) in [
      ("source", "service-account-issuer: https://127.0.0.1:16443"),
      ("target", "authentication-config: /etc/kubernetes/authentication/config.yaml"),
    ] {
      let node = try Python.yaml(log("tokenxchange-\(cluster).yaml"))[0]["nodes"]?.array?.first
      let patch = node?["kubeadmConfigPatches"]?.array?.first?.string ?? ""
      let arguments = try Python.yaml(patch)[0]["apiServer"]?["extraArgs"]?.object
      #expect(arguments?.members.map { "\($0.name): \($0.value.string ?? "")" } == [argument])
    }
    let lines = try log("variables").split(separator: "\n")
    let variables = Dictionary(
      lines.compactMap { line in
        let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : nil
      }
    ) { $1 }
    let script = try Repository.text("Tests/conformance.py")
    let documented = script.matches(of: #/\n    ([A-Z][A-Z_, ]+[A-Z]) /#).flatMap {
      $0.1.split(separator: ", ").map(String.init)
    }
    #expect(documented.count == 14)
    // The issuer's CA is the source cluster's.
    for name in documented where name != "ISSUER_CA" { #expect(variables[name] != nil, "\(name)") }
    #expect(variables["DEX_ISSUER"] == issuer)
    #expect(variables["APISERVER"] == plugin.site.apiServerURL)
    #expect(variables["STRICT"] == "1")
    #expect(try log("dex-ca.crt").hasPrefix("-----BEGIN CERTIFICATE-----\n"))
  }
}
