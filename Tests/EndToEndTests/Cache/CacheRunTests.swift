import Foundation
import StandIns
import TestSupport
import Testing

/// Sequential runs use the cache when they should, and it does not change their results.
@Suite struct CacheRunTests {
  private let fixture: CacheFixture

  init() throws { fixture = try CacheFixture() }

  @Test("the second run uses the cached token")
  func secondRun() async throws {
    let first = try await fixture.runner().result()
    let second = try await fixture.runner().result()
    #expect(first.token != nil)
    #expect(second.stdout == first.stdout)
    #expect(second.errors.isEmpty)
    #expect(fixture.dex.tokenRequests == 1)
    #expect(fixture.files("token").count == 1)
  }

  @Test("the cache is off by default")
  func offByDefault() async throws {
    for _ in 1...2 {
      let runner = ProcessRunner(
        TestBinary.path, fixture.arguments(), environment: ["HOME": fixture.home.path])
      #expect(try await runner.result().token != nil)
    }
    #expect(fixture.dex.tokenRequests == 2)
    #expect(!FileManager.default.fileExists(atPath: fixture.home.path(".kube")))
  }

  @Test(
    "the directory is derived from variables",
    arguments: [
      ("KUBECACHEDIR", "tokenxchange"), ("XDG_CACHE_HOME", "tokenxchange"),
      ("HOME", ".kube/cache/tokenxchange"),
    ])
  func variables(variable: String, directory: String) async throws {
    for _ in 1...2 {
      let runner = ProcessRunner(
        TestBinary.path, fixture.arguments(["--cache"]), environment: [variable: fixture.home.path])
      #expect(try await runner.result().token != nil)
    }
    #expect(fixture.dex.tokenRequests == 1)
    let status = try FileManager.default.attributesOfItem(atPath: fixture.home.path(directory))
    #expect(status[.posixPermissions] as? Int == 0o700)
  }

  @Test(
    "without a usable directory, the run continues",
    arguments: [[:], ["HOME": "relative"], ["HOME": "/proc"], ["XDG_CACHE_HOME": "/dev/null"]])
  func noDirectory(environment: [String: String]) async throws {
    let arguments = fixture.arguments(["--cache"])
    let quiet = try await ProcessRunner(TestBinary.path, arguments, environment: environment)
      .result()
    #expect(quiet.token != nil)
    let verbose = try await ProcessRunner(
      TestBinary.path, arguments + ["--verbose"], environment: environment
    ).result()
    #expect(verbose.code == 0)
    #expect(verbose.errors.contains("cache: not used: "))
  }

  @Test("--force-refresh requests and stores a new token")
  func forceRefresh() async throws {
    let first = try await fixture.runner().result()
    // Dex's times are whole seconds, so only a different lifetime changes the token.
    fixture.dex.update { $0.tokenLifetime = 700 }
    let forced = try await fixture.runner("--force-refresh").result()
    #expect(fixture.dex.tokenRequests == 2)
    #expect(forced.token != first.token)
    #expect(try await fixture.runner().result().stdout == forced.stdout)
    #expect(fixture.dex.tokenRequests == 2)
  }

  @Test("runs with different output options use the same entry")
  func outputOptions() async throws {
    let full = try await fixture.runner().result()
    let bare = try await fixture.runner("--output=token").result()
    #expect(bare.output == (full.token ?? "") + "\n")
    let old = try await fixture.runner("--api-version=v1beta1", "--expiry-margin=60s").result()
    #expect(old.token == full.token)
    #expect(old.output.contains("v1beta1"))
    #expect(fixture.dex.tokenRequests == 1)
  }

  @Test("different requests have different entries")
  func differentRequests() async throws {
    let ways: [[String]] = [
      [], ["--scopes=openid"], ["--scopes=openid,groups"], ["--audience=trusting-cluster"],
      ["--client-id=trusting-cluster"], ["--requested-token-type=access_token"],
    ]
    for _ in 1...2 {
      for way in ways {
        var runner = fixture.runner()
        runner.arguments += way
        #expect(try await runner.result().token != nil)
      }
    }
    try fixture.writeSubject("other", account: "someone-else")
    let other = try await fixture.runner(subject: "other").result()
    #expect(JWT(other.token ?? "")?.claims["name"]?.string?.hasSuffix("someone-else") == true)
    #expect(fixture.dex.tokenRequests == ways.count + 1)
    #expect(fixture.files("token").count == ways.count + 1)
  }

  @Test("a token with a short lifetime is not reused")
  func shortLifetime() async throws {
    fixture.dex.update { $0.tokenLifetime = 30 }
    for _ in 1...3 { #expect(try await fixture.runner().result().token != nil) }
    #expect(fixture.dex.tokenRequests == 3)
  }

  @Test("the subject token is validated before the cache is read")
  func subjectToken() async throws {
    #expect(try await fixture.runner().result().token != nil)
    try fixture.writeSubject(lifetime: -10)
    #expect(try await fixture.runner().result().code == 3)
    try fixture.home.write("", to: "token")
    #expect(try await fixture.runner().result().code == 3)
    #expect(try await fixture.runner("--subject-audience=other").result().code == 3)
    #expect(fixture.dex.tokenRequests == 1)
  }

  @Test("tokens of insecure runs and of other kinds of subject tokens are not cached")
  func notCached() async throws {
    #expect(try await fixture.runner("--insecure-allow-http").result().code == 0)
    let verbose = try await fixture.runner("--insecure-allow-http", "--verbose").result()
    #expect(verbose.errors.contains("cache: not used: an insecure option is set"))
    let plain = fixture.site.cluster.token { $0["kubernetes.io"] = nil }
    try fixture.home.write(plain, to: "token")
    #expect(try await fixture.runner().result().token != nil)
    let other = try await fixture.runner("--verbose").result()
    #expect(
      other.errors.contains("cache: not used: the subject token is not a service account token"))
    #expect(fixture.dex.tokenRequests == 4)
    #expect(fixture.files("token").isEmpty)
  }

  @Test("a failure is not shared with a later run")
  func failure() async throws {
    fixture.dex.inject(.oauth("invalid_request", "no", status: 400))
    #expect(try await fixture.runner().result().code == 5)
    #expect(try await fixture.runner().result().token != nil)
  }

  @Test("warnings are repeated for a cached token")
  func warnings() async throws {
    var slash = fixture.runner()
    slash.arguments[1] += "/"
    let first = try await slash.result()
    let second = try await slash.result()
    #expect(first.errors.contains("trailing slash"))
    #expect(second.errors == first.errors)
    #expect(second.stdout == first.stdout)
    #expect(fixture.dex.tokenRequests == 1)
  }

  @Test("TOKENXCHANGE_CACHE_DIR enables the cache, and --cache=false disables it")
  func variableAndFlag() async throws {
    var runner = ProcessRunner(
      TestBinary.path, fixture.arguments(),
      environment: ["TOKENXCHANGE_CACHE_DIR": fixture.directory])
    for _ in 1...2 { #expect(try await runner.result().token != nil) }
    #expect(fixture.dex.tokenRequests == 1)
    runner.arguments.append("--cache=false")
    #expect(try await runner.result().token != nil)
    #expect(fixture.dex.tokenRequests == 2)
  }
}
