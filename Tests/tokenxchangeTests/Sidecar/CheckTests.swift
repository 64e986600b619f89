import Encoding
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import tokenxchange

/// `check` prints nothing for a usable token, or else the reason.
struct CheckTests {
  let fixture: SidecarFixture

  init() throws { fixture = try SidecarFixture() }

  private func check(_ content: String?, _ flags: String...) -> ExitCode {
    fixture.files[SidecarFixture.file] = content
    return run(["check", "--file", SidecarFixture.file] + flags, in: fixture.world())
  }

  @Test("a usable token: exit 0, without output")
  func usableToken() {
    #expect(check(fixture.jwt(lifetime: 60)) == .done)
    #expect(check(fixture.jwt(lifetime: 60) + "\n", "--min-ttl", "60s") == .done)
    #expect(check("opaque") == .done)
    #expect(fixture.errors.isEmpty)
  }

  @Test("a token that expires before --min-ttl: exit 3")
  func expiresTooSoon() {
    #expect(check(fixture.jwt(lifetime: 60), "--min-ttl=61s") == .subjectToken)
    #expect(
      fixture.errors == [
        "tokenxchange: the token in /kept/token is valid for 60 s, less than the required 61 s: it "
          + "expires at 2027-01-15T08:01:00Z (local clock: 2027-01-15T08:00:00Z)",
        "hint: the sidecar's log shows why the token was not renewed",
      ])
  }

  private static let hint =
    "is this the file that tokenxchange sidecar writes? also check its --mode"

  @Test(
    "an unusable file: exit 3 with the reason",
    arguments: [
      Row(
        "no file", nil,
        [
          "/kept/token does not exist",
          "the sidecar has not written a token yet, or removed an expired one: see its log",
        ]),
      Row("empty", "", ["/kept/token is empty", hint]),
      Row("blank", " \n", ["/kept/token is empty", hint]),
      Row("zeros", "\u{0}\u{0}", ["/kept/token does not contain exactly one token", hint]),
      Row(
        "quotes", "\"" + sample(exp: 1_800_000_100) + "\"",
        [
          "/kept/token contains a token in quotes",
          "remove the quotes: the file must contain the token and nothing else",
        ]),
      Row(
        "Bearer", "Bearer opaque",
        [
          "/kept/token contains a header (\"Bearer …\") instead of a bare token",
          "keep only what follows Bearer: the file must contain the token and nothing else",
        ]),
      Row(
        "base64", Data(sample(exp: 1_800_000_100).utf8).base64EncodedString(),
        [
          "/kept/token contains the base64 of a JWT",
          "decode it first: base64 -d, or kubectl get secret -o go-template with base64decode",
        ]),
      Row("words", "two words", ["/kept/token does not contain exactly one token", hint]),
      Row(
        "duplicate claim", Sample.jwt(#"{"aud":"a","aud":"b"}"#),
        [
          #"the JWT in /kept/token has the member "aud" twice in its header or claims"#,
          "parsers disagree on which of the two counts: correct the program that issued the token",
        ]),
      Row(
        "truncated", "eyJhbGciOiJSUzI1NiJ9.eyJpc3M",
        ["the token in /kept/token is truncated", hint]),
      Row(
        "opaque", "opaque",
        [
          "the token in /kept/token has no readable expiry",
          "omit --min-ttl for an opaque token",
        ]),
      Row(
        "expired", sample(exp: 1_799_999_940),
        [
          "the token in /kept/token expired 60 s ago, at 2027-01-15T07:59:00Z "
            + "(local clock: 2027-01-15T08:00:00Z)",
          "the sidecar's log shows why the token was not renewed",
        ]),
      Row(
        "expires in this second", sample(exp: 1_800_000_000),
        [
          "the token in /kept/token expired 0 s ago, at 2027-01-15T08:00:00Z "
            + "(local clock: 2027-01-15T08:00:00Z)",
          "the sidecar's log shows why the token was not renewed",
        ]),
      Row(
        "not yet valid", sample(exp: 1_800_001_000, nbf: 1_800_000_061),
        [
          "the token in /kept/token is not valid before 2027-01-15T08:01:01Z, in 61 s "
            + "(local clock: 2027-01-15T08:00:00Z)",
          "compare this machine's clock with Dex's",
        ]),
    ] as [Row<String?, [String]>])
  func unusableFile(row: Row<String?, [String]>) {
    #expect(check(row.input, "--min-ttl", "1s") == .subjectToken)
    #expect(fixture.errors == ["tokenxchange: " + row.output[0], "hint: " + row.output[1]])
  }

  /// A token with an invalid signature, which is not verified.
  private static func sample(exp: Int, nbf: Int = 0) -> String {
    let parts = [#"{"alg":"none"}"#, #"{"exp":\#(exp),"nbf":\#(nbf)}"#]
    return parts.map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".") + ".AA"
  }

  @Test("a token may become valid up to a minute in the future, because clocks differ")
  func clockSkew() {
    #expect(check(Self.sample(exp: 1_800_001_000, nbf: 1_800_000_060)) == .done)
    #expect(fixture.errors.isEmpty)
  }

  @Test("without a file: exit 2")
  func missingFile() { #expect(run(["check"], in: fixture.world()) == .usage) }
}
