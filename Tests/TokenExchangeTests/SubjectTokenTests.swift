import Encoding
import FoundationEssentials
import TestSupport
import Testing
import TokenExchange

@Suite struct SubjectTokenTests {
  static let spaced = "\n\t " + Sample.subject() + " \r\n\n"

  @Test("surrounding white space is trimmed")
  func trimsWhiteSpace() throws {
    let token = try SubjectToken(
      content: Array(Self.spaced.utf8), now: Sample.now)
    #expect(token.secret.revealed == Sample.subject())
    #expect(token.jwt?.subject == Sample.serviceAccount)
  }

  @Test(
    "unusable tokens are rejected",
    arguments: [
      Row("empty", "", InvalidSubjectToken.empty),
      Row("only white space", " \n", .empty),
      Row("two lines", "a.b.c\nd.e.f", .invalidCharacters),
      Row("after Bearer", "Bearer a.b.c", .wrapped(.bearer)),
      Row("a header", "Authorization: bearer x", .wrapped(.bearer)),
      Row("quotes", "\"" + Sample.subject() + "\"\n", .wrapped(.quotes)),
      Row("single quotes", "'x'", .wrapped(.quotes)),
      Row("JSON", #"{"token":"x"}"#, .wrapped(.json)),
      Row(
        "base64", Base64.encode(Array(Sample.subject().utf8)), .wrapped(.base64)),
      Row(
        "base64 with line breaks",
        Base64.encode(Array((Sample.subject() + "\n").utf8)).prefix(76) + "\n"
          + Base64.encode(Array((Sample.subject() + "\n").utf8)).dropFirst(76),
        .wrapped(.base64)),
      Row(
        "base64url", Base64URL.encode(Array(Sample.subject().utf8)),
        .wrapped(.base64)),
      Row("binary", "a\u{0}b", .invalidCharacters),
      Row("a byte order mark", "\u{FEFF}" + Sample.subject(), .invalidCharacters),
      Row("not a JWT", "hello", .notJWT),
      Row(
        "expired", Sample.subject(lifetime: -90),
        .expired(at: Sample.now.addingTimeInterval(-90), now: Sample.now)),
      Row("expired now", Sample.subject(lifetime: 0), .expired(at: Sample.now, now: Sample.now)),
      Row(
        "not yet valid", Sample.subject(extra: #","nbf":1795223559"#),
        .notYetValid(from: Sample.now.addingTimeInterval(301), now: Sample.now)),
    ])
  func rejects(row: Row<String, InvalidSubjectToken>) {
    #expect(throws: row.output) {
      try SubjectToken(content: Array(row.input.utf8), now: Sample.now)
    }
  }

  @Test(
    "nbf up to 300 s in the future is accepted",
    arguments: [
      Row("60 s", 60, nil), Row("61 s", 61, 61), Row("300 s", 300, 300),
    ] as [Row<Double, Double?>])
  func leewayOfDex(row: Row<Double, Double?>) throws {
    let start = Int(Sample.now.timeIntervalSince1970 + row.input)
    let content = Array(Sample.subject(extra: #","nbf":\#(start)"#).utf8)
    let token = try SubjectToken(content: content, now: Sample.now)
    #expect(
      SubjectToken.earlyStart(of: token.jwt, now: Sample.now)
        == row.output.map { Sample.now.addingTimeInterval($0) })
  }

  @Test("an access token may be opaque")
  func opaqueAccessToken() throws {
    let token = try SubjectToken(
      content: Array("opaque".utf8), type: .accessToken, now: Sample.now)
    #expect(token.jwt == nil)
  }

  @Test("the required audience is checked")
  func audience() throws {
    let content = Array(Sample.subject(audience: "dex").utf8)
    _ = try SubjectToken(
      content: content, requiredAudience: "dex", now: Sample.now)
    #expect(throws: InvalidSubjectToken.audience(required: "other", found: ["dex"])) {
      try SubjectToken(
        content: content, requiredAudience: "other", now: Sample.now)
    }
  }
}
