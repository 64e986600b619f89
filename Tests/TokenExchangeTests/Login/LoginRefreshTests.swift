import FoundationEssentials
import TestSupport
import Testing
import TokenExchange

/// What a refresh sends, and what its answers mean.
@Suite struct LoginRefreshTests {
  @Test func aRefreshIsSentOnceWhateverComes() throws {
    for outcome in [
      LoginScene.lost, .success(Sample.answer(503, "")), LoginScene.error("x", status: 500),
    ] {
      let scene = LoginScene([outcome])
      let client = scene.client(try LoginScene.request())
      #expect(throws: Problem.self) { try client.refresh(Secret("one"), of: nil, until: 100) }
      #expect(scene.requests.count == 1)
    }
  }

  @Test func aRefreshBringsTheNextToken() throws {
    let scene = LoginScene([LoginScene.tokens(refresh: "two"), LoginScene.tokens(refresh: nil)])
    let client = scene.client(try LoginScene.request(Secret("s+1")))
    #expect(try client.refresh(Secret("one"), of: nil, until: 100)?.refreshToken == Secret("two"))
    #expect(try client.refresh(Secret("one"), of: nil, until: 100)?.refreshToken == Secret("one"))
    let first = try #require(scene.requests.first)
    #expect(
      String(decoding: first.body ?? [], as: UTF8.self)
        == "grant_type=refresh_token&refresh_token=one")
    #expect(first.headers.contains { $0.name == "Authorization" && $0.value.hasPrefix("Basic ") })
  }

  @Test(arguments: ["invalid_grant", "invalid_request", "unsupported_grant_type"])
  func aRefusedRefreshTokenIsNoFault(code: String) throws {
    let client = LoginScene([LoginScene.error(code)]).client(try LoginScene.request())
    #expect(try client.refresh(Secret("one"), of: nil, until: 100) == nil)
  }

  /// What says nothing about the refresh token must not cost it, and ask a person for nothing.
  @Test(arguments: [
    Row("a wrong client", LoginScene.error("invalid_client", status: 401), "401 invalid_client"),
    Row("too many", LoginScene.error("rate_limited", status: 429), "429 rate_limited"),
    Row("busy", LoginScene.error("temporarily_unavailable"), "400 temporarily_unavailable"),
    Row("out of order", LoginScene.error("server_error", status: 500), "500 server_error"),
  ])
  func anotherRefusalIsOne(row: Row<LoginScene.Outcome, String>) throws {
    let client = LoginScene([row.input]).client(try LoginScene.request())
    let problem = #expect(throws: Problem.self) {
      try client.refresh(Secret("one"), of: nil, until: 100)
    }
    #expect(problem?.category == .refused)
    #expect(
      problem?.sentence
        == "Dex at https://dex.example/dex/token refused the sign-in: \(row.output), "
        + "without a description")
  }

  /// OpenID Connect Core, section 12.2.
  @Test func itsTokenIsTheSamePersons() throws {
    let same = LoginScene([LoginScene.tokens()]).client(try LoginScene.request())
    #expect(try same.refresh(Secret("one"), of: "Cg", until: 100) != nil)
    let client = LoginScene([LoginScene.tokens()]).client(try LoginScene.request())
    let problem = #expect(throws: Problem.self) {
      try client.refresh(Secret("one"), of: "CgR1c2Vy", until: 100)
    }
    #expect(
      problem
        == Problem(
          .answer,
          "the token that https://dex.example/dex/token gave for the refresh token is another "
            + "person's: its sub is not that of the sign-in",
          hint: "sign in anew with login --force, and look why Dex's connector changed who this is"
        ))
  }
}
