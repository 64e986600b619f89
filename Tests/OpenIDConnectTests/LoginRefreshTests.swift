import Encoding
import FoundationEssentials
import OpenIDConnect
import TestSupport
import Testing
import TokenExchange

/// The refresh request and its responses.
@Suite struct LoginRefreshTests {
  private func refresh(
    _ outcome: ScriptedDex.Outcome, subject: String? = nil
  ) throws -> (result: Result<TokenSet?, GrantError>, dex: ScriptedDex) {
    let dex = ScriptedDex([outcome])
    let client = dex.client(try ScriptedDex.request())
    let result = Result { () throws(GrantError) in
      try client.refresh(Secret("one"), subject: subject, until: 100)
    }
    return (result, dex)
  }

  @Test("a refresh is never retried")
  func noRetry() throws {
    for outcome in [
      ScriptedDex.lost, .success(Sample.response(503, "")), ScriptedDex.error("x", status: 500),
    ] {
      let (result, dex) = try refresh(outcome)
      #expect(throws: GrantError.self) { try result.get() }
      #expect(dex.requests.count == 1)
    }
  }

  @Test("a refresh returns the next refresh token, or the same one without rotation")
  func rotation() throws {
    let dex = ScriptedDex([ScriptedDex.tokens(refresh: "two"), ScriptedDex.tokens(refresh: nil)])
    let client = dex.client(try ScriptedDex.request(Secret("s+1")))
    let one = Secret("one")
    #expect(try client.refresh(one, subject: nil, until: 100)?.refreshToken == Secret("two"))
    #expect(try client.refresh(one, subject: nil, until: 100)?.refreshToken == one)
    let first = try #require(dex.requests.first)
    #expect(
      String(decoding: first.body ?? [], as: UTF8.self)
        == "grant_type=refresh_token&refresh_token=one")
    #expect(first.headers.contains { $0.name == "Authorization" && $0.value.hasPrefix("Basic ") })
  }

  @Test(
    "a rejected refresh token is not an error",
    arguments: ["invalid_grant", "invalid_request", "unsupported_grant_type"])
  func rejected(code: String) throws {
    let (result, dex) = try refresh(ScriptedDex.error(code))
    #expect(try result.get() == nil)
    #expect(dex.events.contains(.refreshTokenRejected(OAuthError(code: code, status: 400))))
  }

  @Test(
    "after other OAuth errors the refresh token may still be valid",
    arguments: [
      Row("invalid client", "invalid_client", 401), Row("rate limit", "rate_limited", 429),
      Row("busy", "temporarily_unavailable", 400), Row("server error", "server_error", 500),
    ])
  func otherErrors(row: Row<String, Int>) throws {
    let (result, dex) = try refresh(ScriptedDex.error(row.input, status: row.output))
    let expected = GrantError.oauth(
      OAuthError(code: row.input, status: row.output), try ScriptedDex.request().tokenURL)
    #expect(throws: expected) { try result.get() }
    #expect(dex.requests.count == 1)
  }

  /// OpenID Connect Core, section 12.2.
  @Test("the refreshed token must have the same subject")
  func subject() throws {
    #expect(try refresh(ScriptedDex.tokens(), subject: "Cg").result.get() != nil)
    let (result, _) = try refresh(ScriptedDex.tokens(), subject: "CgR1c2Vy")
    #expect(throws: GrantError.subjectChanged(try ScriptedDex.request().tokenURL)) {
      try result.get()
    }
  }
}
