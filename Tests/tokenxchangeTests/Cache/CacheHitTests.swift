import Encoding
import FoundationEssentials
import Platform
import Synchronization
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// Steps of runs that send a request, and steps that are skipped if the token is in the cache.
struct CacheHitTests {
  static let cache = ["--cache-dir=/cache"]
  static let authority = ["--certificate-authority=/ca.crt"]

  /// A world with a cache that contains a token for every key, or no token.
  private func world(hasToken: Bool, authority: String? = nil) -> WorldDouble {
    var files = Files.failing
    files.makePrivateDirectory = { _ in }
    files.readPrivate = { path, _ throws(FileReadError) in
      guard hasToken, path.hasSuffix(".token") else { throw .missing }
      return Self.record(path)
    }
    files.lock = { _ throws(FileLockError) in throw .notOwned }
    files.replace = { path, _, _ in #expect(path.hasSuffix(".token"), "\(path) was written") }
    files.list = { _ in [] }
    var contents: [String: Result<[UInt8], FileReadError>] = [
      WorldDouble.tokenPath: .success(Array(Sample.subject.utf8))
    ]
    if let authority { contents["/ca.crt"] = .success(Array(authority.utf8)) }
    return WorldDouble(
      files: contents, outcomes: [Sample.token(Sample.issued)], fileSystem: files)
  }

  /// The content of an entry, for the key in its file name.
  private static func record(_ path: String) -> [UInt8] {
    let token = CachedToken(
      secret: Secret(Sample.issued), expiry: Sample.now.addingTimeInterval(3600),
      issuer: "https://dex.example/dex", subjectExpiry: nil,
      written: ClockReading(date: Sample.now, bootTime: 100))
    let name = path.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? ""
    let line = JSON.object([
      "version": .integer(2), "kind": .string("token"), "key": .string(name), "value": token.json,
    ]).text()
    return Array("\(line)\n\(SHA256.hex(Array(line.utf8)))\n".utf8)
  }

  @Test("a cache hit does not parse the CA file", arguments: ["not PEM", ""])
  func skipsCertificates(content: String) {
    let world = world(hasToken: true, authority: content)
    #expect(world.run(Sample.base + Self.cache + Self.authority) == .done)
    #expect(world.stdout.contains(Sample.issued))
    #expect(world.stderr == "")
    #expect(world.requests.withLock { $0.count } == 0)
  }

  @Test(
    "the CA file is parsed before a request: exit 2",
    arguments: [[], cache, cache + ["--force-refresh"]])
  func checksCertificates(options: [String]) {
    let world = world(hasToken: options.contains("--force-refresh"), authority: "not PEM")
    #expect(world.run(Sample.base + Self.authority + options) == .usage)
    #expect(world.stdout == "")
    #expect(
      world.stderr.hasPrefix("tokenxchange: --certificate-authority /ca.crt "), "\(world.stderr)")
    #expect(world.requests.withLock { $0.count } == 0)
  }

  @Test("a cache hit needs a readable CA file: exit 2")
  func readsCertificates() {
    let world = world(hasToken: true)
    #expect(world.run(Sample.base + Self.cache + Self.authority) == .usage)
    #expect(world.stdout == "")
  }

  /// Runs, and whether each prepares TLS.
  static let preparations: [Row<(arguments: [String], hasToken: Bool), Bool>] = [
    Row("https", (Sample.base, false), true),
    Row("http", (["--issuer=http://127.0.0.1:1/dex"] + Sample.base.dropFirst(), false), false),
    Row("cache hit", (Sample.base + cache, true), false),
    Row("cache miss", (Sample.base + cache, false), true),
    Row("--force-refresh", (Sample.base + cache + ["--force-refresh"], true), true),
    Row(
      "cache with an insecure flag", (Sample.base + cache + ["--insecure-allow-http"], true), true),
    Row("invalid option", (Sample.base + ["--timeout=never"], false), false),
    Row("token-file", (["token-file", "--token-file=/tokens/token"], false), false),
    Row("version", (["version"], false), false),
    Row("help", (["help"], false), false),
  ]

  @Test("TLS is prepared only for a run that uses it", arguments: preparations)
  func preparesTLS(_ row: Row<(arguments: [String], hasToken: Bool), Bool>) {
    let world = world(hasToken: row.input.hasToken)
    _ = world.run(row.input.arguments)
    #expect(world.isTLSPrepared == row.output)
  }
}
