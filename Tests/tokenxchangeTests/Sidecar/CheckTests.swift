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

  @Test(arguments: [nil, "", " \n", "two words", "opaque"])
  func refuses(_ content: String?) {
    #expect(check(content, "--min-ttl", "1s") == .subjectToken)
    #expect(outside.errors.count == 2)
  }

  @Test func refusesAnExpiredToken() {
    #expect(check(outside.jwt(life: 0)) == .subjectToken)
    #expect(check(outside.jwt(life: -60)) == .subjectToken)
  }

  @Test func needsAFile() { #expect(run(["check"], in: outside.world()) == .usage) }
}
