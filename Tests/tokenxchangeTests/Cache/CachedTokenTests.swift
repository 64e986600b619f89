import FoundationEssentials
import TestSupport
import Testing
import TokenExchange

/// When an entry may be served, and what a damaged one reads as.
@Suite struct CachedTokenTests {
  private static let key = CacheKey(kind: "test", parts: [("name", ["value"])])
  private static let written = ClockReading(date: Sample.now, clock: 1000)

  private static func token(life: Double = 3600, subjectLife: Double = 3600) throws -> CachedToken {
    let attempt = try Sample.attempt(Sample.request(subject: Sample.subject(life: subjectLife)))
    let answer = Sample.success(Sample.issued(life: life))
    let token = try IssuedToken(answer: answer, to: attempt, now: Sample.now)
    return CachedToken(token, for: attempt, written: written)
  }

  private static func later(_ seconds: Double, clock: Double? = nil) -> ClockReading {
    ClockReading(
      date: Sample.now.addingTimeInterval(seconds), clock: 1000 + (clock ?? seconds))
  }

  struct Case: Sendable {
    var life = 3600.0
    var subjectLife = 3600.0
    var margin = 0.0
    var at: Double
    var clock: Double?
    var began: Double?
  }

  @Test(
    arguments: [
      Row("at once", Case(at: 0), nil),
      Row("ten minutes old", Case(at: 600), nil),
      Row("older", Case(at: 601), "it is 10 min old"),
      Row("older by the other clock", Case(at: 5, clock: 601), "it is 10 min old"),
      Row("clock set back", Case(at: -1, clock: 5), "the clock was set back since"),
      Row("machine started anew", Case(at: 5, clock: -900), "the clock was set back since"),
      Row("clock set back after its end", Case(at: 5, clock: 700), "it is 11 min old"),
      Row("clock set back a little, ended", Case(life: 300, at: 60, clock: 300), "it has expired"),
      Row("clock set back, ends soon", Case(life: 300, at: 60, clock: 250), "it ends soon"),
      Row(
        "clock set back, subject ended", Case(subjectLife: 300, at: 60, clock: 300),
        "the subject token that it came from has expired"),
      Row(
        "clock set back, for one that waited", Case(life: 30, at: 5, clock: 30, began: 999),
        "it has expired"),
      Row(
        "subject ended", Case(subjectLife: 300, at: 300),
        "the subject token that it came from has expired"),
      Row("subject ends soon", Case(subjectLife: 300, at: 299), nil),
      Row("ended", Case(life: 100, at: 100), "it has expired"),
      Row("a minute left", Case(life: 600, at: 540), nil),
      Row("less than a minute left", Case(life: 600, at: 541), "it ends soon"),
      Row("a minute left, with a margin", Case(life: 600, margin: 60, at: 480), nil),
      Row("less, with a margin", Case(life: 600, margin: 60, at: 481), "it ends soon"),
      Row("short life", Case(life: 30, at: 0), "it ends soon"),
      Row("a tenth of its life left", Case(life: 86_400, margin: 77_700, at: 10), nil),
      Row("less than a tenth", Case(life: 86_400, margin: 77_800, at: 10), "it ends soon"),
      Row("short life, for one that waited", Case(life: 30, at: 5, began: 999), nil),
      Row("short life, written at my start", Case(life: 30, at: 5, began: 1000), nil),
      Row("short life, I came later", Case(life: 30, at: 5, began: 1001), "it ends soon"),
      Row("ended, for one that waited", Case(life: 30, at: 30, began: 999), "it has expired"),
    ] as [Row<Case, String?>])
  func rule(row: Row<Case, String?>) throws {
    let token = try Self.token(life: row.input.life, subjectLife: row.input.subjectLife)
    let moment = Self.later(row.input.at, clock: row.input.clock)
    #expect(
      token.unusableReason(at: moment, margin: row.input.margin, began: row.input.began)
        == row.output)
  }

  @Test func aTokenOfUnknownEndIsOnlyForThoseWhoWaited() throws {
    var token = try Self.token()
    token.expiry = nil
    #expect(token.unusableReason(at: Self.later(1), margin: 0) == "its end is not known")
    #expect(token.unusableReason(at: Self.later(1), margin: 0, began: 999) == nil)
  }

  @Test func comesBackAsItWas() throws {
    for change: (inout CachedToken) -> Void in [
      { _ in }, { $0.expiry = nil }, { $0.issuer = nil }, { $0.subjectExpiry = nil },
      { $0.written.clock = 0.123456789 },
    ] {
      var token = try Self.token()
      change(&token)
      #expect(CachedToken(token.content(key: Self.key), key: Self.key) == token)
    }
  }

  @Test func anotherKeyFindsNothing() throws {
    let other = CacheKey(kind: "test", parts: [("name", ["other"])])
    let content = try Self.token().content(key: Self.key)
    #expect(CachedToken(content, key: other) == nil)
  }

  @Test func noPartOfAnEntryIsServed() throws {
    let content = try Self.token().content(key: Self.key)
    for count in 0..<content.count {
      #expect(CachedToken(Array(content.prefix(count)), key: Self.key) == nil, "\(count) bytes")
    }
    #expect(CachedToken(content + [0x0A], key: Self.key) == nil)
  }

  @Test func noChangedByteIsServed() throws {
    let content = try Self.token().content(key: Self.key)
    for index in content.indices {
      var changed = content
      changed[index] ^= 1
      #expect(CachedToken(changed, key: Self.key) == nil, "byte \(index)")
    }
  }

  @Test(arguments: ["", "\u{0}", "{}", "tokenxchange token 2\n", "tokenxchange token 1\n"])
  func otherThingsAreMisses(text: String) {
    #expect(CachedToken(Array(text.utf8), key: Self.key) == nil)
    let long = Array(text.utf8) + [UInt8](repeating: 0x39, count: 300_000)
    #expect(CachedToken(long, key: Self.key) == nil)
  }

  @Test func aFailureIsSharedForASecondWithThoseWhoWaited() throws {
    let failure = CachedFailure(
      Problem(.network, "one clause", hint: "another"), written: Self.written)
    let read = try #require(CachedFailure(failure.content(key: Self.key), key: Self.key))
    #expect(read == failure)
    #expect(read.isShared(at: Self.later(1), began: 999))
    #expect(!read.isShared(at: Self.later(1.1), began: 999))
    #expect(!read.isShared(at: Self.later(0.5), began: 1000.1))
    #expect(!read.isShared(at: Self.later(-0.5), began: 999))
    #expect(CachedToken(failure.content(key: Self.key), key: Self.key) == nil)
  }
}
