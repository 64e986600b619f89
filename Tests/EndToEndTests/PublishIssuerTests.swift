import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

/// The documents of an API server, published by the program and served by nginx.
@Suite(.enabled(if: TLSFront.isAvailable, "nginx is not installed: apt-get install nginx-light"))
struct PublishIssuerTests {
  /// What the API server has.
  private final class Live: Sendable {
    let keys = Mutex<[RSAKey]>([])
    let issuer = Mutex("")
    let token = Mutex("")

    func answer(_ request: LoopbackRequest) -> LoopbackResponse {
      let token = token.withLock { $0 }
      guard token.isEmpty || request.header("Authorization") == "Bearer " + token else {
        return LoopbackResponse(status: 401)
      }
      if request.path == "/openid/v1/jwks" {
        return .json(RSAKey.keySet(keys.withLock { $0 }))
      }
      guard request.path == "/.well-known/openid-configuration" else { return .notFound }
      return .json([
        "issuer": .string(issuer.withLock { $0 }),
        "jwks_uri": "https://10.0.0.1:6443/openid/v1/jwks",
        "response_types_supported": ["id_token"],
      ])
    }
  }

  private let live = Live()
  private let server: LoopbackServer
  private let folder: TemporaryDirectory
  private let site: StaticSite
  private let first: RSAKey

  init() throws {
    folder = try TemporaryDirectory()
    try FileManager.default.createDirectory(
      atPath: folder.path("site"), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o755])
    chmod(folder.path, 0o755)
    site = try StaticSite(folder.path("site"))
    server = try LoopbackServer { [live] in live.answer($0) }
    let first = try RSAKey()
    self.first = first
    live.keys.withLock { $0 = [first] }
    live.issuer.withLock { [url = site.url] in $0 = url }
  }

  private func publish(_ more: String...) async throws -> ProcessResult {
    try await run(["--public-url=\(site.url)", folder.path("site")] + more)
  }

  private func check() async throws -> ProcessResult { try await run(["--check=\(site.url)"]) }

  private func run(_ arguments: [String]) async throws -> ProcessResult {
    try await ProcessRunner(
      TestBinary.path, ["publish-issuer", "--from-server=\(server.url)"] + arguments
    ).result()
  }

  private func published(_ path: String) throws -> JSONValue {
    try JSONValue(parsing: Data(contentsOf: URL(fileURLWithPath: folder.path("site") + path)))
  }

  @Test func isServedAndReadBack() async throws {
    let result = try await publish()
    #expect(result.errors == "")
    #expect(
      result.output == "\(folder.path("site")): \(site.url) with the keys \(first.keyID)\n")
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
        .attributesOfItem(atPath: folder.path("site") + path)[.posixPermissions]
      #expect(mode as? Int == 0o644)
    }
    let checked = try await check()
    #expect(checked.output == "\(site.url): as it should be\n")
    #expect(checked.ending == .exit(0))
  }

  @Test func aRotationIsNoticedAndPublished() async throws {
    _ = try await publish()
    let second = try RSAKey()
    live.keys.withLock { [first] in $0 = [first, second] }
    var result = try await check()
    #expect(result.ending == .exit(1))
    #expect(result.output == "")
    #expect(result.errors.contains(" differs: key \(second.keyID) is missing\n"))
    #expect(try await publish().ending == .exit(0))
    #expect(try await check().ending == .exit(0))
    live.keys.withLock { $0 = [second] }
    result = try await check()
    #expect(result.ending == .exit(1))
    #expect(result.errors.contains(" differs: key \(first.keyID) is stale\n"))
  }

  @Test func anotherIssuerIsNotPublished() async throws {
    live.issuer.withLock { $0 = "https://kubernetes.default.svc.cluster.local" }
    let result = try await publish()
    #expect(result.ending == .exit(2))
    #expect(
      result.errors.hasPrefix(
        "tokenxchange: the issuer is https://kubernetes.default.svc.cluster.local and not "))
    #expect(result.errors.contains("--service-account-issuer"))
    let entries = try FileManager.default.contentsOfDirectory(atPath: folder.path("site"))
    #expect(entries == [])
  }

  @Test func withoutKeysTheOldFilesStay() async throws {
    _ = try await publish()
    live.keys.withLock { $0 = [] }
    let result = try await publish()
    #expect(result.ending == .exit(6))
    #expect(result.errors.contains("holds no key at all"))
    #expect(try published("/openid/v1/jwks") == RSAKey.keySet([first]))
  }

  /// The second of the two files cannot be written: what is there stays whole and leads to keys.
  @Test func halfAWriteLeavesWholeFiles() async throws {
    let blocker = folder.path("site/.well-known/openid-configuration")
    try FileManager.default.createDirectory(
      atPath: blocker, withIntermediateDirectories: true)
    let result = try await publish()
    #expect(result.ending == .exit(2))
    #expect(result.errors.contains("cannot replace"))
    #expect(try published("/openid/v1/jwks") == RSAKey.keySet([first]))
    let entries = try FileManager.default.contentsOfDirectory(
      atPath: folder.path("site/.well-known"))
    #expect(entries == ["openid-configuration"])
    try FileManager.default.removeItem(atPath: blocker)
    #expect(try await publish().ending == .exit(0))
    #expect(try await check().ending == .exit(0))
  }

  @Test func theTokenIsSentAndItsLackExplained() async throws {
    live.token.withLock { $0 = "sesame" }
    let refused = try await publish()
    #expect(refused.ending == .exit(6))
    #expect(refused.errors.contains("answered 401"))
    #expect(refused.errors.contains("system:service-account-issuer-discovery"))
    let token = try folder.write("sesame\n", to: "token")
    #expect(try await publish("--token-file=\(token)").ending == .exit(0))
  }

  @Test func nothingPublishedAtAll() async throws {
    let result = try await check()
    #expect(result.ending == .exit(6))
    #expect(result.errors.contains("/.well-known/openid-configuration answered 404"))
  }

  /// The example's own arguments, with this test's addresses, work.
  @Test(.enabled(if: Python.hasYAML, "python3 has no module yaml"))
  func theCronJobDoesIt() async throws {
    let documents = try Python.yaml(ExampleTests.text("publish-issuer/cronjob.yaml"))
    let token = try folder.write("sesame", to: "token")
    live.token.withLock { $0 = "sesame" }
    for (index, part) in ["initContainers", "containers"].enumerated() {
      let pod = documents[index]["spec"]?["jobTemplate"]?["spec"]?["template"]?["spec"]
      let words = pod?[part]?.array?.first?["args"]?.array?.compactMap(\.string) ?? []
      #expect(words.contains { $0.hasPrefix("--server-ca=/var/run/secrets/") })
      let own = words.filter { !$0.hasPrefix("--server-ca=") }.map { word in
        word.replacing("https://kubernetes.default.svc", with: server.url)
          .replacing("https://oidc.cluster-a.example.com", with: site.url)
          .replacing("/var/run/secrets/kubernetes.io/serviceaccount/token", with: token)
          .replacing(/^\/site$/, with: folder.path("site"))
      }
      let result = try await ProcessRunner(TestBinary.path, own).result()
      #expect(result.errors == "")
      #expect(result.ending == .exit(0))
    }
  }
}
