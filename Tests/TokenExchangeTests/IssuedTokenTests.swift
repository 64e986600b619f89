import FoundationEssentials
import TestSupport
import Testing
import TokenExchange

@Suite struct IssuedTokenTests {
  @Test func takesTheTokenAndItsEnd() throws {
    let token = try IssuedToken(
      answer: Sample.success(more: #","expires_in":30"#), to: Sample.attempt(), now: Sample.now)
    #expect(token.secret.revealed == Sample.issued())
    #expect(token.expiry == Sample.now.addingTimeInterval(600))
    #expect(token.tokenType == "bearer")
  }

  @Test(
    arguments: [
      Row("number", #","expires_in":30"#, 30), Row("string", #","expires_in":"30""#, 30),
      Row("none", "", nil), Row("null", #","expires_in":null"#, nil),
    ] as [Row<String, Double?>])
  func anOpaqueTokenEndsAfterExpiresIn(row: Row<String, Double?>) throws {
    let answer = Sample.success("opaque", more: row.input)
    let token = try IssuedToken(answer: answer, to: Sample.attempt(), now: Sample.now)
    #expect(token.expiry?.timeIntervalSince(Sample.now) == row.output)
  }

  @Test func theIssuerMayDifferByASlashOnly() throws {
    let attempt = try Sample.attempt(issuer: "https://dex.example/dex/")
    let token = try IssuedToken(answer: Sample.success(), to: attempt, now: Sample.now)
    #expect(attempt.differsOnlyBySlash(token))
    #expect(try !Sample.attempt().differsOnlyBySlash(token))
  }

  @Test func oneOfSeveralAudiencesIsEnoughForTheClient() throws {
    let answer = Sample.success(Sample.issued(audience: #"["x","target-cluster"]"#))
    _ = try IssuedToken(answer: answer, to: Sample.attempt(), now: Sample.now)
  }

  @Test func allAudiencesAskedForMustBeThere() throws {
    let attempt = try Sample.attempt(Sample.request(audiences: ["x", "y"]))
    let answer = Sample.success(Sample.issued(audience: #"["x","target-cluster"]"#))
    #expect(
      throws: Problem.resultAudience(
        attempt.url, missing: ["y"], found: ["x", "target-cluster"])
    ) {
      try IssuedToken(answer: answer, to: attempt, now: Sample.now)
    }
  }

  @Test(arguments: [200, 201, 400, 429, 500, 503])
  func anErrorMemberIsARefusalWhateverTheStatus(status: Int) throws {
    let answer = Sample.answer(status, #"{"error":"access_denied","access_token":"x"}"#)
    do {
      _ = try IssuedToken(answer: answer, to: Sample.attempt(), now: Sample.now)
      Issue.record("accepted")
    } catch { #expect((error as? Problem)?.category == .refused) }
  }
}
