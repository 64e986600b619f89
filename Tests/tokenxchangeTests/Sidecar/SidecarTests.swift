import Foundation
import Glibc
import Platform
import Synchronization
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// The sidecar's loop, with a simulated clock.
struct SidecarTests {
  let fixture: SidecarFixture

  init() throws { fixture = try SidecarFixture() }

  @Test("tokens are renewed at 80 % of their lifetime, with one log line each")
  func renewal() throws {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 0.1)
    #expect(fixture.requests.count == 1)
    #expect(fixture.written?.hasPrefix("eyJ") == true)
    #expect(fixture.written?.hasSuffix("\n") == false)
    #expect(fixture.files.mode(SidecarFixture.file) == 0o600)
    sidecar.run(fixture, for: 797)
    #expect(fixture.requests.count == 1)
    sidecar.run(fixture, for: 4)
    #expect(fixture.requests.count == 2)
    sidecar.run(fixture, for: 8000)
    #expect(fixture.requests.count == 12)
    #expect(
      fixture.errors.first
        == "tokenxchange: renewed /kept/token: expires at 2027-01-15T08:16:40Z (in 16 min), "
        + "next renewal at 2027-01-15T08:13:20Z (in 13 min)")
    #expect(fixture.errors.count == 12)
    #expect(fixture.errors.allSatisfy { !$0.contains("eyJ") })
    #expect((fixture.waits.max() ?? 0) <= 2)
  }

  @Test("--refresh-before sets the time of the renewal") func refreshBefore() throws {
    var sidecar = try fixture.sidecar(["--refresh-before", "15m"])
    sidecar.run(fixture, for: 99)
    #expect(fixture.requests.count == 1)
    sidecar.run(fixture, for: 3)
    #expect(fixture.requests.count == 2)
  }

  @Test("SIGUSR1 triggers an immediate renewal") func signal() throws {
    var sidecar = try fixture.sidecar()
    sidecar.step()
    fixture.signal()
    sidecar.step()
    #expect(fixture.requests.count == 1)
    sidecar.step()
    #expect(fixture.requests.count == 2)
  }

  @Test("SIGUSR1 and its result are logged, even if the same failure was already logged")
  func signalDuringFailures() throws {
    fixture.setSubject("system:serviceaccount:a:b", lifetime: -5)
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 60)
    #expect(fixture.errors.count == 1)
    fixture.signal()
    sidecar.step()
    sidecar.step()
    #expect(fixture.errors.count == 3)
    #expect(fixture.errors[1] == "tokenxchange: received SIGUSR1: renewing now")
    #expect(fixture.errors[2].hasPrefix("tokenxchange: still failing after 62 s, "))
    #expect(fixture.errors[2].contains("the token in /subject/token expired"))
    sidecar.run(fixture, for: 60)
    #expect(fixture.errors.count == 3)
  }

  @Test(
    "the token is renewed if the clock is set forward",
    arguments: [3600.0, 900]) func clockSetForward(
      _ leap: Double
    ) throws
  {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 60)
    fixture.setClock(by: leap)
    sidecar.step()
    #expect(fixture.requests.count == 2)
    #expect(fixture.written != nil)
  }

  @Test("the token is renewed in time if the clock is set back") func clockSetBack() throws {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 60)
    fixture.setClock(by: -86_400)
    sidecar.run(fixture, for: 745)
    #expect(fixture.requests.count == 2)
  }

  @Test("the token is renewed in time if the local clock is slow") func slowClock() throws {
    fixture.startDex(lifetime: 600, clockLead: 300)
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 479)
    #expect(fixture.requests.count == 1)
    sidecar.run(fixture, for: 3)
    #expect(fixture.requests.count == 2)
  }

  @Test("the old token is kept until it expires") func oldToken() throws {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 700)
    let old = fixture.written
    fixture.stopDex()
    sidecar.run(fixture, for: 299)
    #expect(fixture.written == old)
    #expect(fixture.errors.count == 2)
    #expect(
      fixture.errors.last?.contains("the old token remains until 2027-01-15T08:16:40Z") == true)
    sidecar.run(fixture, for: 3)
    #expect(fixture.written == nil)
    #expect(
      fixture.errors.last
        == "tokenxchange: removed /kept/token: the token expired at 2027-01-15T08:16:40Z")
    fixture.startDex()
    sidecar.run(fixture, for: 60)
    #expect(fixture.written?.hasPrefix("eyJ") == true)
    #expect(fixture.errors.last?.contains("failed attempts in ") == true)
  }

  @Test("repeated failures are summarized") func repeatedFailures() throws {
    fixture.stopDex()
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 290)
    #expect(fixture.errors.count == 1)
    #expect(
      fixture.errors[0]
        == "tokenxchange: renewal failed: dex.example:443 refused the connection; next attempt in 1 s, "
        + "then after longer pauses; the same failure is logged every 5 min; no token is available; hint: is Dex listening on that port? a Service refuses connections while no "
        + "pod is ready")
    sidecar.run(fixture, for: 3600)
    #expect((11...14).contains(fixture.errors.count))
    #expect(fixture.errors[1].contains("still failing after 5 min"))
    #expect(fixture.requests.count < 200)
  }

  @Test("rejected exchanges are retried with increasing delays") func rejections() throws {
    fixture.respond(401, #"{"error":"access_denied"}"#)
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 86_400)
    #expect((300...700).contains(fixture.requests.count))
  }

  @Test("Retry-After is honoured") func retryAfter() throws {
    fixture.respond(429, "", headers: ["retry-after": "40"])
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 39)
    #expect(fixture.requests.count == 1)
    sidecar.run(fixture, for: 2)
    #expect(fixture.requests.count == 2)
  }

  @Test("a new identity is exchanged immediately") func newIdentity() throws {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 10)
    fixture.setSubject("system:serviceaccount:a:b", lifetime: 2e6)
    sidecar.run(fixture, for: 10)
    #expect(fixture.requests.count == 1)
    fixture.setSubject("system:serviceaccount:a:other")
    sidecar.run(fixture, for: 4)
    #expect(fixture.requests.count == 2)
    #expect(fixture.written != nil)
  }

  @Test("the file is removed if Dex rejects a new identity") func rejectedIdentity() throws {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 10)
    fixture.respond(401, #"{"error":"access_denied"}"#)
    fixture.setSubject("system:serviceaccount:a:other")
    sidecar.run(fixture, for: 4)
    #expect(fixture.written == nil)
  }

  @Test("the file is kept while Dex is down, even with a new identity") func identityDuringOutage()
    throws
  {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 10)
    fixture.stopDex()
    fixture.setSubject("system:serviceaccount:a:other")
    sidecar.run(fixture, for: 60)
    #expect(fixture.written != nil)
    fixture.respond(401, #"{"error":"access_denied"}"#)
    sidecar.run(fixture, for: 10)
    #expect(fixture.written == nil)
  }

  @Test("a rejection of the same identity does not remove the file")
  func rejectedSameIdentity() throws {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 10)
    fixture.respond(401, #"{"error":"access_denied"}"#)
    fixture.signal()
    sidecar.run(fixture, for: 300)
    #expect(fixture.written != nil)
  }

  @Test("an expired subject token is retried when it is replaced") func replacedSubjectToken()
    throws
  {
    fixture.setSubject("system:serviceaccount:a:b", lifetime: -5)
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 120)
    #expect(fixture.requests.count == 0)
    #expect(fixture.errors.count == 1)
    fixture.setSubject("system:serviceaccount:a:b")
    sidecar.run(fixture, for: 4)
    #expect(fixture.requests.count == 1)
    #expect(fixture.written != nil)
  }

  @Test("the file from an earlier run is kept while it is valid") func earlierFile() throws {
    let old = fixture.jwt(lifetime: 100)
    fixture.files[SidecarFixture.file] = old
    fixture.stopDex()
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 99)
    #expect(fixture.requests.count > 3)
    #expect(fixture.written == old)
    sidecar.run(fixture, for: 2)
    #expect(fixture.written == nil)
  }

  @Test("the file from an earlier run is attributed to the identity at startup")
  func earlierFileIdentity() throws {
    let old = fixture.jwt(lifetime: 1000)
    fixture.files[SidecarFixture.file] = old
    fixture.stopDex()
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 10)
    fixture.respond(401, #"{"error":"access_denied"}"#)
    fixture.signal()
    sidecar.run(fixture, for: 10)
    #expect(fixture.written == old)
    fixture.setSubject("system:serviceaccount:a:other")
    sidecar.run(fixture, for: 4)
    #expect(fixture.written == nil)
  }

  @Test("a removed file is written again") func removedFile() throws {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 10)
    fixture.files[SidecarFixture.file] = nil
    sidecar.run(fixture, for: 4)
    #expect(fixture.written != nil)
  }

  @Test(
    "a file that was replaced with another kind of file is detected and reported",
    arguments: [
      Row("a directory", FileKind.directory, "a directory"), Row("a pipe", .pipe, "a pipe"),
    ])
  func anotherKind(row: Row<FileKind, String>) throws {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 10)
    fixture.files.setKind(SidecarFixture.file, row.input)
    sidecar.run(fixture, for: 4)
    #expect(fixture.requests.count >= 2)
    #expect(
      fixture.errors.last?.hasPrefix(
        "tokenxchange: renewal failed: --write: cannot replace /kept/token: it is \(row.output); next attempt in "
      )
        == true)
    #expect(fixture.errors.last?.contains("; no token is available; ") == true)
    fixture.files.setKind(SidecarFixture.file, nil)
    sidecar.run(fixture, for: 10)
    #expect(fixture.written?.hasPrefix("eyJ") == true)
    #expect(fixture.errors.last?.contains("renewed /kept/token") == true)
  }

  @Test("a failed removal is retried at every check and logged once")
  func removalIsRetried() throws {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 700)
    let old = fixture.written
    fixture.stopDex()
    fixture.files.failRemovals(.system(.remove("/kept/token"), errno: EROFS))
    sidecar.run(fixture, for: 400)
    #expect(fixture.written == old)
    let warnings = fixture.errors.filter { $0.contains("warning: ") }
    #expect(
      warnings == [
        "tokenxchange: warning: cannot remove /kept/token: Read-only file system; "
          + "the token expired at 2027-01-15T08:16:40Z"
      ])
    #expect(!fixture.errors.contains { $0.contains("no token is available") })
    // The wait must not become a busy loop.
    #expect((fixture.waits.suffix(10).min() ?? 0) > 0.1)
    fixture.files.failRemovals(nil)
    sidecar.run(fixture, for: 4)
    #expect(fixture.written == nil)
    #expect(
      fixture.errors.contains(
        "tokenxchange: removed /kept/token: the token expired at 2027-01-15T08:16:40Z"))
  }

  @Test("a token that could not be removed is replaced by the next one")
  func removalIsForgottenAfterRenewal() throws {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 700)
    fixture.stopDex()
    fixture.files.failRemovals(.system(.remove("/kept/token"), errno: EROFS))
    sidecar.run(fixture, for: 310)
    fixture.startDex()
    fixture.files.failRemovals(nil)
    sidecar.run(fixture, for: 60)
    #expect(fixture.written?.hasPrefix("eyJ") == true)
    #expect(!fixture.errors.contains { $0.contains(": removed ") })
  }

  @Test("the file from an earlier run gets this run's mode before the first renewal")
  func modeAtStart() throws {
    let old = fixture.jwt(lifetime: 100)
    fixture.files[SidecarFixture.file] = old
    fixture.files.setMode(SidecarFixture.file, 0o644)
    fixture.stopDex()
    _ = try fixture.sidecar()
    #expect(fixture.requests.count == 0)
    #expect(fixture.files.mode(SidecarFixture.file) == 0o600)
  }

  @Test(
    "a different kind of failure is logged",
    arguments: [
      Row("different statuses", [503, 404], 2), Row("statuses of the same class", [502, 503], 2),
      Row("the same status", [503, 503], 1),
    ])
  func anotherFailure(row: Row<[Int], Int>) throws {
    var sidecar = try fixture.sidecar()
    for status in row.input {
      fixture.respond(status, "")
      sidecar.run(fixture, for: 60)
    }
    #expect(fixture.errors.count { $0.contains(": renewal failed: ") } == row.output)
  }

  @Test("a failure with other times in its message is the same failure")
  func sameFailureWithOtherTimes() throws {
    fixture.setSubject("system:serviceaccount:a:b", lifetime: -5)
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 120)
    #expect(fixture.errors.count == 1)
  }

  @Test("a full disk is retried") func fullDisk() throws {
    var sidecar = try fixture.sidecar()
    fixture.files.failWrites(.system(.write("/kept/token"), errno: ENOSPC))
    sidecar.run(fixture, for: 60)
    #expect(
      fixture.errors.first?.contains("--write: cannot write /kept/token: No space left on device")
        == true)
    fixture.files.failWrites(nil)
    sidecar.run(fixture, for: 30)
    #expect(fixture.written != nil)
  }

  @Test("an unwritable directory is detected before the first exchange") func unwritableDirectory()
    throws
  {
    fixture.files.failWrites(.system(.createFile(directory: "/kept"), errno: EROFS))
    let code = run(SidecarFixture.flags, in: fixture.world())
    #expect(code == .usage)
    #expect(fixture.requests.count == 0)
    #expect(
      fixture.errors.first
        == "tokenxchange: --write: cannot create a file in /kept: Read-only file system")
  }
}

/// `--once` writes one token, has get-token's exit codes, and prints nothing on success.
struct SidecarOnceTests {
  let fixture: SidecarFixture

  init() throws { fixture = try SidecarFixture() }

  @Test("--once writes one token") func once() {
    let code = run(SidecarFixture.flags + ["--once", "--mode", "0640"], in: fixture.world())
    #expect(code == .done)
    #expect(fixture.written != nil)
    #expect(fixture.files.mode(SidecarFixture.file) == 0o640)
    #expect(fixture.errors.isEmpty)
    #expect(fixture.endingSignals == [nil])
  }

  @Test(
    "failures have the same exit codes and retries as in get-token",
    arguments: [
      (401, #"{"error":"access_denied"}"#, ExitCode.oauthError, 1),
      (404, "", .invalidResponse, 1), (503, "", .network, 3),
    ])
  func failures(_ status: Int, _ body: String, _ code: ExitCode, _ tries: Int) {
    let old = fixture.jwt(lifetime: 100)
    fixture.files[SidecarFixture.file] = old
    fixture.respond(status, body)
    #expect(run(SidecarFixture.flags + ["--once"], in: fixture.world()) == code)
    #expect(fixture.requests.count == tries)
    #expect(fixture.written == old)
    #expect(fixture.errors.count == 2)
  }

  @Test("the subject token is not overwritten") func keepsSubjectToken() {
    let flags = SidecarFixture.flags + ["--once", "--write", SidecarFixture.subjectFile]
    #expect(run(flags, in: fixture.world()) == .usage)
    #expect(
      fixture.errors == [
        "tokenxchange: --write /subject/token is the file that the subject token is read from",
        "hint: pass another file to write: the first renewal would overwrite this one",
      ])
  }

  @Test(
    "input files are not overwritten",
    arguments: [
      Row("client secret", ["--client-secret-file"], "the client secret is read from"),
      Row("CA", ["--certificate-authority"], "the CA certificates are read from"),
      Row("subject token", ["--token-file"], "the subject token is read from"),
    ])
  func keepsItsInputs(row: Row<[String], String>) {
    fixture.files[SidecarFixture.file] = "x"
    let flags = SidecarFixture.flags + ["--once"] + row.input + [SidecarFixture.file]
    #expect(run(flags, in: fixture.world()) == .usage)
    #expect(fixture.requests.count == 0)
    #expect(fixture.written == "x")
    #expect(
      fixture.errors == [
        "tokenxchange: --write /kept/token is the file that \(row.output)",
        "hint: pass another file to write: the first renewal would overwrite this one",
      ])
  }

  @Test("an invalid --mode: exit 2", arguments: ["", "8", "1777", "0400", "rw", "-1", "+600"])
  func invalidMode(_ mode: String) {
    #expect(
      run(SidecarFixture.flags + ["--once", "--mode=\(mode)"], in: fixture.world()) == .usage)
    #expect(fixture.requests.count == 0)
  }
}
