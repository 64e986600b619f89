import FoundationEssentials
import TestSupport
import Testing
import TokenExchange

@Suite struct CachedLoginTests {
  private let key: CacheKey
  private let login: CachedLogin

  init() throws {
    key = CacheKey(try LoginScene.request(), trust: ["system"])
    let client = LoginScene([LoginScene.tokens()]).client(try LoginScene.request())
    let tokens = try #require(try client.refresh(Secret("x"), of: nil, until: 10))
    login = CachedLogin(tokens, written: ClockReading(date: Sample.now, clock: 50))
  }

  @Test func comesBackAsItWas() {
    #expect(CachedLogin(login.content(key: key), key: key) == login)
    var other = login
    other.refreshToken = nil
    #expect(CachedLogin(other.content(key: key), key: key) == other)
  }

  @Test func noPartAndNoOtherKindIsRead() {
    let content = login.content(key: key)
    for count in 0..<content.count {
      #expect(CachedLogin(Array(content.prefix(count)), key: key) == nil)
    }
    #expect(CachedToken(content, key: key) == nil)
    #expect(CachedLogin(login.token.content(key: key), key: key) == nil)
  }

  @Test func everythingThatMattersIsInTheKey() throws {
    let keys = try [
      CacheKey(LoginScene.request(), trust: ["system"]),
      CacheKey(LoginScene.request(), trust: ["only", "x"]),
      CacheKey(LoginScene.request(Secret("s")), trust: ["system"]),
      {
        var request = try LoginScene.request()
        request.clientID = "other"
        return CacheKey(request, trust: ["system"])
      }(),
      {
        var request = try LoginScene.request()
        request.scopes = ["openid"]
        return CacheKey(request, trust: ["system"])
      }(),
      {
        var request = try LoginScene.request()
        request.audiences = ["x"]
        return CacheKey(request, trust: ["system"])
      }(),
      {
        var request = try LoginScene.request()
        request.issuer = try EndpointURL("https://dex.example", source: "")
        return CacheKey(request, trust: ["system"])
      }(),
    ]
    #expect(Set(keys.map(\.name)).count == keys.count)
  }

  @Test(
    arguments: [
      Row("at once", (0.0, 0.0), true), Row("near its end", (590, 590), true),
      Row("ten seconds before its end", (591, 591), false),
      Row("by the other clock", (5, 591), false), Row("set back", (-1, 5), false),
      Row("started anew", (5, -40), false),
    ] as [Row<(Double, Double), Bool>])
  func alive(row: Row<(Double, Double), Bool>) {
    let moment = ClockReading(
      date: Sample.now.addingTimeInterval(row.input.0), clock: 50 + row.input.1)
    #expect(login.isUnexpired(at: moment) == row.output)
  }
}
