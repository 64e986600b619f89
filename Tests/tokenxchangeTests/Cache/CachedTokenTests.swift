import FoundationEssentials
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// The use of cached tokens, and the reading of damaged records.
@Suite struct CachedTokenTests {
  private static let key = CacheKey(kind: "test", parts: [("name", ["value"])])

  struct Case: Sendable {
    var lifetime = 3600.0
    var subjectLifetime = 3600.0
    var margin = 0.0
    var age: Double
    var bootTime: Double?
    var processStart: Double?
  }

  @Test(
    "a cached token is used only if it is usable",
    arguments: [
      Row("immediately", Case(age: 0), nil),
      Row("ten minutes old", Case(age: 600), nil),
      Row("older than ten minutes", Case(age: 601), .tooOld(seconds: 601)),
      Row(
        "older than ten minutes by the boot clock", Case(age: 5, bootTime: 601),
        .tooOld(seconds: 601)),
      Row("clock set back", Case(age: -1, bootTime: 5), .clockSetBack),
      Row("machine restarted", Case(age: 5, bootTime: -900), .clockSetBack),
      Row("clock set back after its expiry", Case(age: 5, bootTime: 700), .tooOld(seconds: 700)),
      Row(
        "clock set back a little, expired", Case(lifetime: 300, age: 60, bootTime: 300), .expired),
      Row(
        "clock set back, expires soon", Case(lifetime: 300, age: 60, bootTime: 250), .expiresSoon),
      Row(
        "clock set back, subject token expired",
        Case(subjectLifetime: 300, age: 60, bootTime: 300), .subjectTokenExpired),
      Row(
        "clock set back, expired, for a waiting process",
        Case(lifetime: 30, age: 5, bootTime: 30, processStart: 999), .expired),
      Row("subject token expired", Case(subjectLifetime: 300, age: 300), .subjectTokenExpired),
      Row("subject token expires soon", Case(subjectLifetime: 300, age: 299), nil),
      Row("expired", Case(lifetime: 100, age: 100), .expired),
      Row("a minute left", Case(lifetime: 600, age: 540), nil),
      Row("less than a minute left", Case(lifetime: 600, age: 541), .expiresSoon),
      Row("a minute left, with a margin", Case(lifetime: 600, margin: 60, age: 480), nil),
      Row(
        "less than a minute left, with a margin", Case(lifetime: 600, margin: 60, age: 481),
        .expiresSoon),
      Row("short lifetime", Case(lifetime: 30, age: 0), .expiresSoon),
      Row("a tenth of its lifetime left", Case(lifetime: 86_400, margin: 77_700, age: 10), nil),
      Row(
        "less than a tenth of its lifetime left", Case(lifetime: 86_400, margin: 77_800, age: 10),
        .expiresSoon),
      Row(
        "short lifetime, for a waiting process",
        Case(lifetime: 30, age: 5, processStart: 999), nil),
      Row(
        "short lifetime, written at the process start",
        Case(lifetime: 30, age: 5, processStart: 1000), nil),
      Row(
        "short lifetime, written before the process start",
        Case(lifetime: 30, age: 5, processStart: 1001), .expiresSoon),
      Row(
        "expired, for a waiting process", Case(lifetime: 30, age: 30, processStart: 999), .expired),
    ] as [Row<Case, CachedToken.UnusableReason?>])
  func unusableReason(row: Row<Case, CachedToken.UnusableReason?>) {
    let token = CacheSample.token(
      lifetime: row.input.lifetime, subjectLifetime: row.input.subjectLifetime)
    let now = CacheSample.later(row.input.age, bootTime: row.input.bootTime)
    #expect(
      token.unusableReason(
        at: now, margin: row.input.margin, processStart: row.input.processStart) == row.output)
  }

  @Test("only waiting processes use a token with unknown expiry")
  func unknownExpiry() {
    var token = CacheSample.token()
    token.expiry = nil
    let now = CacheSample.later(1)
    #expect(token.unusableReason(at: now, margin: 0) == .unknownExpiry)
    #expect(token.unusableReason(at: now, margin: 0, processStart: 999) == nil)
  }

  @Test("each reason has a message")
  func messages() {
    let reasons: [CachedToken.UnusableReason] = [
      .clockSetBack, .tooOld(seconds: 601), .subjectTokenExpired, .expired, .unknownExpiry,
      .expiresSoon,
    ]
    #expect(
      reasons.map { Message($0).text } == [
        "the clock was set back, or the machine was restarted", "it is 10 min old",
        "its subject token has expired", "it has expired", "its expiry is unknown",
        "it expires soon",
      ])
  }

  @Test("a record is unchanged after writing and reading")
  func roundTrip() {
    for change: (inout CachedToken) -> Void in [
      { _ in }, { $0.expiry = nil }, { $0.issuer = nil }, { $0.subjectExpiry = nil },
      { $0.written.bootTime = 0.123456789 },
    ] {
      var token = CacheSample.token(subjectLifetime: 3600)
      change(&token)
      #expect(CachedToken(token.content(key: Self.key), key: Self.key) == token)
    }
  }

  @Test("a record for another key is a miss")
  func anotherKey() {
    let other = CacheKey(kind: "test", parts: [("name", ["other"])])
    #expect(CachedToken(CacheSample.token().content(key: Self.key), key: other) == nil)
  }

  @Test("truncated and extended records are misses")
  func truncated() {
    let content = CacheSample.token().content(key: Self.key)
    for count in 0..<content.count {
      #expect(CachedToken(Array(content.prefix(count)), key: Self.key) == nil, "\(count) bytes")
    }
    #expect(CachedToken(content + [0x0A], key: Self.key) == nil)
  }

  @Test("a record with one changed bit is a miss")
  func changedBit() {
    let content = CacheSample.token().content(key: Self.key)
    for index in content.indices {
      var changed = content
      changed[index] ^= 1
      #expect(CachedToken(changed, key: Self.key) == nil, "byte \(index)")
    }
  }

  @Test(
    "invalid content is a miss",
    arguments: ["", "\u{0}", "{}", "tokenxchange token 2\n", "tokenxchange token 1\n"])
  func otherContent(text: String) {
    #expect(CachedToken(Array(text.utf8), key: Self.key) == nil)
    let long = Array(text.utf8) + [UInt8](repeating: 0x39, count: 300_000)
    #expect(CachedToken(long, key: Self.key) == nil)
  }

  @Test("a failure keeps its message, hint and exit code, and is shared for a second")
  func failure() throws {
    let diagnosis = Diagnosis("a message", hint: "a hint", exitCode: .network)
    let failure = CachedFailure(diagnosis, written: CacheSample.later(0))
    let content = failure.content(key: Self.key)
    let read = try #require(CachedFailure(content, key: Self.key))
    #expect(read == failure)
    #expect(Diagnosis(CommandError.failedElsewhere(read)) == diagnosis)
    #expect(read.isShared(at: CacheSample.later(1), processStart: 999))
    #expect(!read.isShared(at: CacheSample.later(1.1), processStart: 999))
    #expect(!read.isShared(at: CacheSample.later(0.5), processStart: 1000.1))
    #expect(!read.isShared(at: CacheSample.later(-0.5), processStart: 999))
    #expect(CachedToken(content, key: Self.key) == nil)
  }
}
