import FoundationEssentials
import TestSupport
import Testing
import TokenExchange

@Suite struct SubjectTokenTests {
  static let path = "/tokens/token"
  static let spaced = "\n\t " + Sample.subject() + " \r\n\n"

  @Test func whiteSpaceAroundItIsTrimmed() throws {
    let token = try SubjectToken(
      content: Array(Self.spaced.utf8), path: Self.path, now: Sample.now)
    #expect(token.secret.revealed == Sample.subject())
    #expect(token.jwt?.subject == Sample.serviceAccount)
  }

  @Test(arguments: [
    Row("empty", "", Problem.tokenFileEmpty(path)),
    Row("only white space", " \n", .tokenFileEmpty(path)),
    Row("two lines", "a.b.c\nd.e.f", .tokenFileBinary(path)),
    Row("Bearer", "Bearer a.b.c", .tokenFileBinary(path)),
    Row("binary", "a\u{0}b", .tokenFileBinary(path)),
    Row("a byte order mark", "\u{FEFF}" + Sample.subject(), .tokenFileBinary(path)),
    Row("a word", "hello", .tokenNotJWT(path)),
    Row(
      "expired", Sample.subject(life: -90),
      .tokenExpired(path, Sample.now.addingTimeInterval(-90), Sample.now)),
    Row("expired now", Sample.subject(life: 0), .tokenExpired(path, Sample.now, Sample.now)),
    Row(
      "not yet valid", Sample.subject(extra: #","nbf":1795223320"#),
      .tokenNotYetValid(path, Sample.now.addingTimeInterval(62), Sample.now)),
  ])
  func refuses(row: Row<String, Problem>) {
    #expect(throws: row.output) {
      try SubjectToken(content: Array(row.input.utf8), path: Self.path, now: Sample.now)
    }
  }

  @Test func dexAllowsAMinuteOfSkew() throws {
    let token = Sample.subject(extra: #","nbf":1795223318"#)
    _ = try SubjectToken(content: Array(token.utf8), path: Self.path, now: Sample.now)
  }

  @Test func anAccessTokenMayBeOpaque() throws {
    let token = try SubjectToken(
      content: Array("opaque".utf8), path: Self.path, type: .accessToken, now: Sample.now)
    #expect(token.jwt == nil)
  }

  @Test func audienceIsChecked() throws {
    let content = Array(Sample.subject(audience: "dex").utf8)
    _ = try SubjectToken(
      content: content, path: Self.path, requiredAudience: "dex", now: Sample.now)
    #expect(throws: Problem.tokenAudience(Self.path, wanted: "other", found: ["dex"])) {
      try SubjectToken(
        content: content, path: Self.path, requiredAudience: "other", now: Sample.now)
    }
  }

  @Test func everyMessageNamesTheFile() {
    #expect(
      Problem.tokenExpired(Self.path, Sample.now, Sample.now.addingTimeInterval(90)).sentence
        == "the token in /tokens/token expired 90 s ago, at 2026-11-21T01:07:38Z "
        + "(our clock: 2026-11-21T01:09:08Z)")
  }
}
