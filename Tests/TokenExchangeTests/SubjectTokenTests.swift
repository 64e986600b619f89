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
    Row("Bearer", "Bearer a.b.c", .tokenFileWrapped(path, .bearer)),
    Row("a header", "Authorization: bearer x", .tokenFileWrapped(path, .bearer)),
    Row("quotes", "\"" + Sample.subject() + "\"\n", .tokenFileWrapped(path, .quotes)),
    Row("single quotes", "'x'", .tokenFileWrapped(path, .quotes)),
    Row("JSON", #"{"token":"x"}"#, .tokenFileWrapped(path, .json)),
    Row(
      "base64", Base64.encode(Array(Sample.subject().utf8)), .tokenFileWrapped(path, .base64)),
    Row(
      "base64 in lines",
      Base64.encode(Array((Sample.subject() + "\n").utf8)).prefix(76) + "\n"
        + Base64.encode(Array((Sample.subject() + "\n").utf8)).dropFirst(76),
      .tokenFileWrapped(path, .base64)),
    Row(
      "base64url", Base64URL.encode(Array(Sample.subject().utf8)),
      .tokenFileWrapped(path, .base64)),
    Row("binary", "a\u{0}b", .tokenFileBinary(path)),
    Row("a byte order mark", "\u{FEFF}" + Sample.subject(), .tokenFileBinary(path)),
    Row("a word", "hello", .tokenNotJWT(path)),
    Row(
      "expired", Sample.subject(life: -90),
      .tokenExpired(path, Sample.now.addingTimeInterval(-90), Sample.now)),
    Row("expired now", Sample.subject(life: 0), .tokenExpired(path, Sample.now, Sample.now)),
    Row(
      "not yet valid", Sample.subject(extra: #","nbf":1795223559"#),
      .tokenNotYetValid(path, Sample.now.addingTimeInterval(301), Sample.now)),
  ])
  func refuses(row: Row<String, Problem>) {
    #expect(throws: row.output) {
      try SubjectToken(content: Array(row.input.utf8), path: Self.path, now: Sample.now)
    }
  }

  @Test(
    "nbf up to 300 s in the future is accepted, and worth a warning beyond 60 s",
    arguments: [
      Row("60 s", 60, nil), Row("61 s", 61, 61), Row("300 s", 300, 300),
    ] as [Row<Double, Double?>])
  func leewayOfDex(row: Row<Double, Double?>) throws {
    let start = Int(Sample.now.timeIntervalSince1970 + row.input)
    let content = Array(Sample.subject(extra: #","nbf":\#(start)"#).utf8)
    let token = try SubjectToken(content: content, path: Self.path, now: Sample.now)
    #expect(
      SubjectToken.earlyStart(of: token.jwt, now: Sample.now)
        == row.output.map { Sample.now.addingTimeInterval($0) })
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
