import FoundationEssentials
import OpenIDConnect
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

@Suite struct CachedLoginTests {
  private let key: CacheKey
  private let login = CachedLogin(
    token: CacheSample.token(lifetime: 600), refreshToken: Secret("refresh-one"))

  init() throws { key = CacheKey(try CacheSample.login(), trust: ["system"]) }

  @Test("a record is unchanged after writing and reading")
  func roundTrip() {
    #expect(CachedLogin(login.content(key: key), key: key) == login)
    var other = login
    other.refreshToken = nil
    #expect(CachedLogin(other.content(key: key), key: key) == other)
  }

  @Test("truncated records and records of another kind are misses")
  func misses() {
    let content = login.content(key: key)
    for count in 0..<content.count {
      #expect(CachedLogin(Array(content.prefix(count)), key: key) == nil)
    }
    #expect(CachedToken(content, key: key) == nil)
    #expect(CachedLogin(login.token.content(key: key), key: key) == nil)
  }

  @Test(
    "the ID token expires ten seconds early by either clock",
    arguments: [
      Row("immediately", (0.0, 0.0), true), Row("ten seconds before its expiry", (590, 590), true),
      Row("nine seconds before its expiry", (591, 591), false),
      Row("expired by the boot clock", (5, 591), false), Row("clock set back", (-1, 5), false),
      Row("machine restarted", (5, -40), false),
    ] as [Row<(Double, Double), Bool>])
  func isUnexpired(row: Row<(Double, Double), Bool>) {
    let now = CacheSample.later(row.input.0, bootTime: row.input.1)
    #expect(login.isUnexpired(at: now) == row.output)
  }
}
