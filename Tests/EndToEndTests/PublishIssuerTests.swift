import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// `publish-issuer` with the documents of an API server, served by nginx.
@Suite(.enabled(if: TLSFront.isAvailable, "nginx is not installed: apt-get install nginx-light"))
struct PublishIssuerTests {
  private let live: APIServerStandIn
  private let directory: TemporaryDirectory
  private let site: StaticSite
  private let first: RSAKey

  init() throws {
    directory = try TemporaryDirectory()
    try FileManager.default.createDirectory(
      atPath: directory.path("site"), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o755])
    chmod(directory.path, 0o755)
    site = try StaticSite(directory.path("site"))
    first = try RSAKey.cluster
    var configuration = APIServerConfiguration(issuer: "", keys: [])
    configuration.serviceAccounts = ServiceAccountIssuer(issuer: site.url, key: first)
    configuration.publishesPlainIssuer = true
    configuration.opensDiscovery = true
    live = try APIServerStandIn(configuration)
  }

  /// A token of a service account that can read the documents.
  private func token() throws -> String {
    var issuer = try #require(live.configuration.serviceAccounts)
    issuer.audience = issuer.issuer
    return issuer.token()
  }

  /// Publishes different keys from the stand-in's.
  private func publish(_ keys: JSONValue) async throws -> ProcessResult {
    let issuer = site.url
    let server = try LoopbackServer { request in
      request.path == "/openid/v1/jwks"
        ? .json(keys)
        : .json([
          "issuer": .string(issuer), "id_token_signing_alg_values_supported": ["RS256"],
        ])
    }
    defer { server.stop() }
    return try await ProcessRunner(
      TestBinary.path,
      [
        "publish-issuer", "--from-server=\(server.url)", "--public-url=\(issuer)",
        directory.path("site"),
      ]
    ).result()
  }

  private func publish(_ more: String...) async throws -> ProcessResult {
    try await run(["--public-url=\(site.url)", directory.path("site")] + more)
  }

  private func check() async throws -> ProcessResult { try await run(["--check=\(site.url)"]) }

  private func run(_ arguments: [String]) async throws -> ProcessResult {
    try await ProcessRunner(
      TestBinary.path, ["publish-issuer", "--from-server=\(live.server.url)"] + arguments
    ).result()
  }

  private func published(_ path: String) throws -> JSONValue {
    try JSONValue(parsing: Data(contentsOf: URL(fileURLWithPath: directory.path("site") + path)))
  }

  @Test("the documents are published, served by nginx and checked")
  func published() async throws {
    let result = try await publish()
    #expect(result.errors == "")
    #expect(
      result.output == "\(directory.path("site")): \(site.url) with the keys \(first.keyID)\n")
    let curl = try await ProcessRunner(
      TestBinary.find("curl") ?? "curl", ["-sS", site.url + "/.well-known/openid-configuration"]
    ).result()
    let document = try JSONValue(parsing: curl.stdout)
    #expect(document["issuer"]?.string == site.url)
    #expect(document["jwks_uri"]?.string == site.url + "/openid/v1/jwks")
    #expect(document["response_types_supported"] == ["id_token"])
    #expect(try published("/openid/v1/jwks") == RSAKey.keySet([first]))
    for path in ["/.well-known/openid-configuration", "/openid/v1/jwks"] {
      let mode = try FileManager.default
        .attributesOfItem(atPath: directory.path("site") + path)[.posixPermissions]
      #expect(mode as? Int == 0o644)
    }
    let checked = try await check()
    #expect(checked.output == "\(site.url): up to date\n")
    #expect(checked.ending == .exit(0))
  }

  @Test("--check reports each step of a key rotation: exit 1")
  func rotation() async throws {
    _ = try await publish()
    let second = try RSAKey.other
    live.update { $0.serviceAccounts?.furtherKeys = [second] }
    var result = try await check()
    #expect(result.ending == .exit(1))
    #expect(result.output == "")
    #expect(result.errors.contains(" differ: key \(second.keyID) is missing\n"))
    #expect(try await publish().ending == .exit(0))
    #expect(try await check().ending == .exit(0))
    live.update {
      $0.serviceAccounts?.key = second
      $0.serviceAccounts?.furtherKeys = []
    }
    result = try await check()
    #expect(result.ending == .exit(1))
    #expect(result.errors.contains(" differ: key \(first.keyID) is stale\n"))
  }

  @Test("documents with another issuer are not published: exit 2")
  func otherIssuer() async throws {
    live.update { $0.serviceAccounts?.issuer = "https://kubernetes.default.svc.cluster.local" }
    let result = try await publish()
    #expect(result.ending == .exit(2))
    #expect(
      result.errors.hasPrefix(
        "tokenxchange: the issuer is https://kubernetes.default.svc.cluster.local, expected "))
    #expect(result.errors.contains("--service-account-issuer"))
    let entries = try FileManager.default.contentsOfDirectory(atPath: directory.path("site"))
    #expect(entries == [])
  }

  @Test("an empty key set is not published, and the old files are kept: exit 6")
  func noKeys() async throws {
    _ = try await publish()
    let result = try await publish(["keys": []])
    #expect(result.ending == .exit(6))
    #expect(result.errors.contains(": it has no keys\n"))
    #expect(try published("/openid/v1/jwks") == RSAKey.keySet([first]))
  }

  @Test(
    "if the second file cannot be written, the key set is complete, and no temporary file remains")
  func secondWriteFails() async throws {
    let blocker = directory.path("site/.well-known/openid-configuration")
    try FileManager.default.createDirectory(
      atPath: blocker, withIntermediateDirectories: true)
    let result = try await publish()
    #expect(result.ending == .exit(2))
    #expect(result.errors.contains("cannot replace"))
    #expect(try published("/openid/v1/jwks") == RSAKey.keySet([first]))
    let entries = try FileManager.default.contentsOfDirectory(
      atPath: directory.path("site/.well-known"))
    #expect(entries == ["openid-configuration"])
    try FileManager.default.removeItem(atPath: blocker)
    #expect(try await publish().ending == .exit(0))
    #expect(try await check().ending == .exit(0))
  }

  @Test("403 from the API server: exit 6 with a hint about the ClusterRole; exit 0 with a token")
  func token403() async throws {
    live.update { $0.opensDiscovery = false }
    let refused = try await publish()
    #expect(refused.ending == .exit(6))
    #expect(refused.errors.contains("returned 403"))
    #expect(refused.errors.contains("system:service-account-issuer-discovery"))
    let token = try directory.write(token() + "\n", to: "token")
    #expect(try await publish("--token-file=\(token)").ending == .exit(0))
  }

  @Test("a key for an algorithm that is not listed is not published") func unlistedAlgorithm()
    async throws
  {
    var key = try #require(first.jwk.object)
    key["alg"] = "PS256"
    let result = try await publish(["keys": [.object(key)]])
    #expect(result.ending == .exit(6))
    #expect(
      result.errors.contains(
        "key \(first.keyID) is for PS256, which the discovery document does not list"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path("site")) == [])
  }

  @Test("403 from a private bucket has a hint about the bucket, not about a ClusterRole")
  func privateBucket() async throws {
    let bucket = try LoopbackServer { _ in LoopbackResponse(status: 403) }
    defer { bucket.stop() }
    live.update { $0.serviceAccounts?.issuer = bucket.url }
    let result = try await run(["--check=\(bucket.url)"])
    #expect(result.ending == .exit(6))
    #expect(result.errors.contains("openid-configuration returned 403"))
    #expect(result.errors.contains("make the bucket's two objects public"))
    #expect(!result.errors.contains("ClusterRole"))
  }

  /// In a dynamic build, libcurl decompresses a declared encoding.
  @Test(
    "a gzip-compressed document is reported, with and without Content-Encoding",
    arguments: TestBinary.isNamed ? [false, true] : [false])
  func storedCompressed(isDeclared: Bool) async throws {
    let bucket = try LoopbackServer { _ in
      LoopbackResponse(
        headers: [("Content-Type", "application/json")]
          + (isDeclared ? [("Content-Encoding", "gzip")] : []),
        // An empty gzip member (RFC 1952).
        body: [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }
    defer { bucket.stop() }
    live.update { $0.serviceAccounts?.issuer = bucket.url }
    let result = try await run(["--check=\(bucket.url)"])
    #expect(result.ending == .exit(6))
    #expect(result.errors.contains("openid-configuration is stored compressed (gzip)"))
    #expect(!result.errors.contains("ingress"))
  }

  @Test("--check with an empty site: exit 6")
  func nothingPublished() async throws {
    let result = try await check()
    #expect(result.ending == .exit(6))
    #expect(result.errors.contains("/.well-known/openid-configuration returned 404"))
  }

  /// Runs the example's commands with the addresses of this test.
  @Test(
    "the commands of the CronJob example publish and compare",
    .enabled(if: Python.hasYAML, "python3 has no module yaml"))
  func cronJobExample() async throws {
    let documents = try Python.yaml(ExampleTests.text("publish-issuer/cronjob.yaml"))
    let token = try directory.write(token(), to: "token")
    live.update { $0.opensDiscovery = false }
    for (index, part) in ["initContainers", "containers"].enumerated() {
      let pod = documents[index]["spec"]?["jobTemplate"]?["spec"]?["template"]?["spec"]
      let words = pod?[part]?.array?.first?["args"]?.array?.compactMap(\.string) ?? []
      #expect(words.contains { $0.hasPrefix("--server-ca=/var/run/secrets/") })
      let own = words.filter { !$0.hasPrefix("--server-ca=") }.map { word in
        word.replacing("https://kubernetes.default.svc", with: live.server.url)
          .replacing("https://oidc.cluster-a.example.com", with: site.url)
          .replacing("/var/run/secrets/kubernetes.io/serviceaccount/token", with: token)
          .replacing(/^\/site$/, with: directory.path("site"))
      }
      let result = try await ProcessRunner(TestBinary.path, own).result()
      #expect(result.errors == "")
      #expect(result.ending == .exit(0))
    }
  }
}
