import Foundation
import Synchronization
import TestSupport
import Testing

@testable import tokenxchange

/// A probe says yes to a usable token and tells what is wrong otherwise.
struct CheckTests {
  let outside: FakeOutside

  init() throws { outside = try FakeOutside() }

  private func check(_ content: String?, _ flags: String...) -> ExitCode {
    outside.set { $0.files[FakeOutside.file] = content.map { Array($0.utf8) } }
    return run(["check", "--file", FakeOutside.file] + flags, in: outside.world())
  }

  @Test func saysNothingOfAUsableToken() {
    #expect(check(outside.jwt(life: 60)) == .done)
    #expect(check(outside.jwt(life: 60) + "\n", "--min-ttl", "60s") == .done)
    #expect(check("opaque") == .done)
    #expect(outside.errors.isEmpty)
  }

  @Test func tellsHowMuchIsMissing() {
    #expect(check(outside.jwt(life: 60), "--min-ttl=61s") == .subjectToken)
    #expect(
      outside.errors == [
        "tokenxchange: the token in /kept/token is good for 60 s only, and 61 s are wanted: it "
          + "ends at 2027-01-15T08:01:00Z (our clock: 2027-01-15T08:00:00Z)",
        "hint: the sidecar's log says why it has not been renewed",
      ])
  }

  private static let hint =
    "is it the file that tokenxchange sidecar writes? see also the sidecar's --mode"

  @Test(
    arguments: [
      Row(
        "no file", nil,
        [
          "there is no file /kept/token",
          "the sidecar has not got a token yet, or removed one that had ended: see its log",
        ]),
      Row("empty", "", ["/kept/token is empty", hint]),
      Row("blank", " \n", ["/kept/token is empty", hint]),
      Row("zeros", "\u{0}\u{0}", ["/kept/token holds what is no token", hint]),
      Row(
        "quotes", "\"" + sample(exp: 1_800_000_100) + "\"",
        [
          "/kept/token holds a token in quotes",
          "remove the quotes: the file must hold the token and nothing else",
        ]),
      Row(
        "Bearer", "Bearer opaque",
        [
          "/kept/token holds a header (\"Bearer …\") and not a bare token",
          "keep only what follows Bearer: the file must hold the token and nothing else",
        ]),
      Row(
        "base64", Data(sample(exp: 1_800_000_100).utf8).base64EncodedString(),
        [
          "/kept/token holds the base64 of a JWT",
          "decode it first: base64 -d, or kubectl get secret -o go-template with base64decode",
        ]),
      Row("words", "two words", ["/kept/token holds what is no token", hint]),
      Row("cut", "eyJhbGciOiJSUzI1NiJ9.eyJpc3M", ["/kept/token holds a part of a token", hint]),
      Row(
        "opaque", "opaque",
        [
          "the end of the token in /kept/token cannot be read",
          "leave --min-ttl out for a token that does not tell its end",
        ]),
      Row(
        "expired", sample(exp: 1_799_999_940),
        [
          "the token in /kept/token expired 60 s ago: it ends at 2027-01-15T07:59:00Z "
            + "(our clock: 2027-01-15T08:00:00Z)",
          "the sidecar's log says why it has not been renewed",
        ]),
      Row(
        "of this second", sample(exp: 1_800_000_000),
        [
          "the token in /kept/token expired 0 s ago: it ends at 2027-01-15T08:00:00Z "
            + "(our clock: 2027-01-15T08:00:00Z)",
          "the sidecar's log says why it has not been renewed",
        ]),
      Row(
        "not valid yet", sample(exp: 1_800_001_000, nbf: 1_800_000_061),
        [
          "the token in /kept/token is not valid before 2027-01-15T08:01:01Z "
            + "(our clock: 2027-01-15T08:00:00Z)", "this machine's clock and Dex's differ",
        ]),
    ] as [Row<String?, [String]>])
  func saysWhatIsWrong(row: Row<String?, [String]>) {
    #expect(check(row.input, "--min-ttl", "1s") == .subjectToken)
    #expect(outside.errors == ["tokenxchange: " + row.output[0], "hint: " + row.output[1]])
  }

  /// A token with a signature that nobody looks at.
  private static func sample(exp: Int, nbf: Int = 0) -> String {
    let parts = [#"{"alg":"none"}"#, #"{"exp":\#(exp),"nbf":\#(nbf)}"#]
    return parts.map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".") + ".AA"
  }

  @Test func aTokenOfASlowClockMayBeginAMinuteAhead() {
    #expect(check(Self.sample(exp: 1_800_001_000, nbf: 1_800_000_060)) == .done)
    #expect(outside.errors.isEmpty)
  }

  @Test func needsAFile() { #expect(run(["check"], in: outside.world()) == .usage) }
}
