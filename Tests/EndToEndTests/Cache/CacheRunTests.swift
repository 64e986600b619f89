import Foundation
import TestSupport
import Testing

/// One process after another: when the cache is used, and what it must not change.
@Suite struct CacheRunTests {
  private let stage: CacheStage

  init() throws { stage = try CacheStage() }

  @Test func theSecondRunIsServedFromIt() async throws {
    let first = try await stage.runner().result()
    let second = try await stage.runner().result()
    #expect(first.token != nil)
    #expect(second.stdout == first.stdout)
    #expect(second.errors.isEmpty)
    #expect(stage.dex.tokenRequests == 1)
    #expect(stage.files("token").count == 1)
  }

  @Test func itIsOffByDefault() async throws {
    for _ in 1...2 {
      let runner = ProcessRunner(
        TestBinary.path, stage.arguments(), environment: ["HOME": stage.home.path])
      #expect(try await runner.result().token != nil)
    }
    #expect(stage.dex.tokenRequests == 2)
    #expect(!FileManager.default.fileExists(atPath: stage.home.path(".kube")))
  }

  @Test(arguments: [
    ("KUBECACHEDIR", "tokenxchange"), ("XDG_CACHE_HOME", "tokenxchange"),
    ("HOME", ".kube/cache/tokenxchange"),
  ])
  func theFolderIsFoundByVariables(variable: String, folder: String) async throws {
    for _ in 1...2 {
      let runner = ProcessRunner(
        TestBinary.path, stage.arguments(["--cache"]), environment: [variable: stage.home.path])
      #expect(try await runner.result().token != nil)
    }
    #expect(stage.dex.tokenRequests == 1)
    let status = try FileManager.default.attributesOfItem(atPath: stage.home.path(folder))
    #expect(status[.posixPermissions] as? Int == 0o700)
  }

  @Test(arguments: [[:], ["HOME": "relative"], ["HOME": "/proc"], ["XDG_CACHE_HOME": "/dev/null"]])
  func withoutAFolderTheRunGoesOn(environment: [String: String]) async throws {
    let arguments = stage.arguments(["--cache"])
    let quiet = try await ProcessRunner(TestBinary.path, arguments, environment: environment)
      .result()
    #expect(quiet.token != nil)
    let verbose = try await ProcessRunner(
      TestBinary.path, arguments + ["--verbose"], environment: environment
    ).result()
    #expect(verbose.code == 0)
    #expect(verbose.errors.contains("cache: none, because "))
  }

  @Test func forceRefreshFetchesAndKeeps() async throws {
    let first = try await stage.runner().result()
    // Dex's times are whole seconds: only another one makes another token.
    stage.dex.update { $0.tokenLifetime = 700 }
    let forced = try await stage.runner("--force-refresh").result()
    #expect(stage.dex.tokenRequests == 2)
    #expect(forced.token != first.token)
    #expect(try await stage.runner().result().stdout == forced.stdout)
    #expect(stage.dex.tokenRequests == 2)
  }

  @Test func outputOptionsDoNotCauseAnotherRequest() async throws {
    let full = try await stage.runner().result()
    let bare = try await stage.runner("--output=token").result()
    #expect(bare.output == (full.token ?? "") + "\n")
    let old = try await stage.runner("--api-version=v1beta1", "--expiry-margin=60s").result()
    #expect(old.token == full.token)
    #expect(old.output.contains("v1beta1"))
    #expect(stage.dex.tokenRequests == 1)
  }

  @Test func differentQuestionsHaveDifferentEntries() async throws {
    let ways: [[String]] = [
      [], ["--scopes=openid"], ["--scopes=openid,groups"], ["--audience=trusting-cluster"],
      ["--client-id=trusting-cluster"], ["--requested-token-type=access_token"],
    ]
    for _ in 1...2 {
      for way in ways {
        var runner = stage.runner()
        runner.arguments += way
        #expect(try await runner.result().token != nil)
      }
    }
    try stage.writeSubject("other", account: "someone-else")
    let other = try await stage.runner(subject: "other").result()
    #expect(JWT(other.token ?? "")?.claims["name"]?.string?.hasSuffix("someone-else") == true)
    #expect(stage.dex.tokenRequests == ways.count + 1)
    #expect(stage.files("token").count == ways.count + 1)
  }

  @Test func aShortTokenIsFetchedEachTime() async throws {
    stage.dex.update { $0.tokenLifetime = 30 }
    for _ in 1...3 { #expect(try await stage.runner().result().token != nil) }
    #expect(stage.dex.tokenRequests == 3)
  }

  @Test func theSubjectTokenIsCheckedFirst() async throws {
    #expect(try await stage.runner().result().token != nil)
    try stage.writeSubject(lifetime: -10)
    #expect(try await stage.runner().result().code == 3)
    try stage.home.write("", to: "token")
    #expect(try await stage.runner().result().code == 3)
    #expect(try await stage.runner("--subject-audience=other").result().code == 3)
    #expect(stage.dex.tokenRequests == 1)
  }

  @Test func neitherInsecureRunsNorOtherTokensAreKept() async throws {
    #expect(try await stage.runner("--insecure-allow-http").result().code == 0)
    let verbose = try await stage.runner("--insecure-allow-http", "--verbose").result()
    #expect(verbose.errors.contains("cache: none, because an insecure flag is on"))
    let plain = stage.site.cluster.token { $0["kubernetes.io"] = nil }
    try stage.home.write(plain, to: "token")
    #expect(try await stage.runner().result().token != nil)
    let other = try await stage.runner("--verbose").result()
    #expect(other.errors.contains("cache: none, because the subject is not a service account"))
    #expect(stage.dex.tokenRequests == 4)
    #expect(stage.files("token").isEmpty)
  }

  @Test func aFailureIsNotKeptForTheNext() async throws {
    stage.dex.inject(.oauth("invalid_request", "no", status: 400))
    #expect(try await stage.runner().result().code == 5)
    #expect(try await stage.runner().result().token != nil)
  }

  @Test func warningsStay() async throws {
    var slash = stage.runner()
    slash.arguments[1] += "/"
    let first = try await slash.result()
    let second = try await slash.result()
    #expect(first.errors.contains("trailing slash"))
    #expect(second.errors == first.errors)
    #expect(second.stdout == first.stdout)
    #expect(stage.dex.tokenRequests == 1)
  }

  @Test func theFolderByVariableAndTheFlagThatTurnsItOff() async throws {
    var runner = ProcessRunner(
      TestBinary.path, stage.arguments(), environment: ["TOKENXCHANGE_CACHE_DIR": stage.folder])
    for _ in 1...2 { #expect(try await runner.result().token != nil) }
    #expect(stage.dex.tokenRequests == 1)
    runner.arguments.append("--cache=false")
    #expect(try await runner.result().token != nil)
    #expect(stage.dex.tokenRequests == 2)
  }
}
