import Foundation
import Glibc
import Platform
import Synchronization
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// The loop, with a clock that obeys.
struct SidecarTests {
  let fixture: SidecarFixture

  init() throws { fixture = try SidecarFixture() }

  @Test func renewsAtFourFifthsAndLogsOneLineEach() throws {
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

  @Test func renewsAheadOfTheEndIfAsked() throws {
    var sidecar = try fixture.sidecar(["--refresh-before", "15m"])
    sidecar.run(fixture, for: 99)
    #expect(fixture.requests.count == 1)
    sidecar.run(fixture, for: 3)
    #expect(fixture.requests.count == 2)
  }

  @Test func renewsAtASignal() throws {
    var sidecar = try fixture.sidecar()
    sidecar.step()
    fixture.signal()
    sidecar.step()
    #expect(fixture.requests.count == 1)
    sidecar.step()
    #expect(fixture.requests.count == 2)
  }

  @Test(arguments: [3600.0, 900]) func renewsWhenTheClockIsSetForward(_ leap: Double) throws {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 60)
    fixture.setClock(by: leap)
    sidecar.step()
    #expect(fixture.requests.count == 2)
    #expect(fixture.written != nil)
  }

  @Test func renewsInTimeWhenTheClockIsSetBack() throws {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 60)
    fixture.setClock(by: -86_400)
    sidecar.run(fixture, for: 745)
    #expect(fixture.requests.count == 2)
  }

  @Test func renewsInTimeThoughOurClockIsSlow() throws {
    fixture.startDex(lifetime: 600, clockLead: 300)
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 479)
    #expect(fixture.requests.count == 1)
    sidecar.run(fixture, for: 3)
    #expect(fixture.requests.count == 2)
  }

  @Test func keepsTheOldTokenUntilItEnds() throws {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 700)
    let old = fixture.written
    fixture.stopDex()
    sidecar.run(fixture, for: 299)
    #expect(fixture.written == old)
    #expect(fixture.errors.count == 2)
    #expect(fixture.errors.last?.contains("the old token stays until 2027-01-15T08:16:40Z") == true)
    sidecar.run(fixture, for: 3)
    #expect(fixture.written == nil)
    #expect(
      fixture.errors.last
        == "tokenxchange: removed /kept/token: its token expired at 2027-01-15T08:16:40Z")
    fixture.startDex()
    sidecar.run(fixture, for: 60)
    #expect(fixture.written?.hasPrefix("eyJ") == true)
    #expect(fixture.errors.last?.contains("failed attempts in ") == true)
  }

  @Test func repeatedFailuresAreSummarized() throws {
    fixture.stopDex()
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 290)
    #expect(fixture.errors.count == 1)
    #expect(
      fixture.errors[0]
        == "tokenxchange: renewal failed: dex.example:443 refused the connection; next attempt in 1 s; there is no "
        + "token; hint: is Dex listening on that port? a Service refuses connections while no "
        + "pod is ready")
    sidecar.run(fixture, for: 3600)
    #expect((11...14).contains(fixture.errors.count))
    #expect(fixture.errors[1].contains("still failing after 5 min"))
    #expect(fixture.requests.count < 200)
  }

  @Test func rejectedExchangesAreRetriedLessAndLessOften() throws {
    fixture.respond(401, #"{"error":"access_denied"}"#)
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 86_400)
    #expect((300...700).contains(fixture.requests.count))
  }

  @Test func waitsAsLongAsTheServerAsks() throws {
    fixture.respond(429, "", headers: ["retry-after": "40"])
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 39)
    #expect(fixture.requests.count == 1)
    sidecar.run(fixture, for: 2)
    #expect(fixture.requests.count == 2)
  }

  @Test func aNewIdentityIsExchangedAtOnce() throws {
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

  @Test func theOldIdentitysFileGoesWhenDexRefusesTheNewOne() throws {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 10)
    fixture.respond(401, #"{"error":"access_denied"}"#)
    fixture.setSubject("system:serviceaccount:a:other")
    sidecar.run(fixture, for: 4)
    #expect(fixture.written == nil)
  }

  @Test func theOldIdentitysFileStaysWhileDexIsDown() throws {
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

  @Test func aRefusalOfTheSameIdentityRemovesNothing() throws {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 10)
    fixture.respond(401, #"{"error":"access_denied"}"#)
    fixture.signal()
    sidecar.run(fixture, for: 300)
    #expect(fixture.written != nil)
  }

  @Test func anExpiredSubjectTokenIsTriedAgainWhenItIsReplaced() throws {
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

  @Test func aFileOfAnEarlierRunStaysWhileItIsValid() throws {
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

  @Test func aFileOfAnEarlierRunGoesWithTheIdentityOfOurStart() throws {
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

  @Test func aFileThatWasRemovedComesBack() throws {
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 10)
    fixture.files[SidecarFixture.file] = nil
    sidecar.run(fixture, for: 4)
    #expect(fixture.written != nil)
  }

  @Test(
    "a file that became something else is noticed and reported",
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
    #expect(fixture.errors.last?.contains("; there is no token; ") == true)
    fixture.files.setKind(SidecarFixture.file, nil)
    sidecar.run(fixture, for: 10)
    #expect(fixture.written?.hasPrefix("eyJ") == true)
    #expect(fixture.errors.last?.contains("renewed /kept/token") == true)
  }

  @Test("a removal that fails is retried at every check and logged once")
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
          + "its token expired at 2027-01-15T08:16:40Z"
      ])
    #expect(!fixture.errors.contains { $0.contains("there is no token") })
    // Waiting must not become a busy loop either.
    #expect((fixture.waits.suffix(10).min() ?? 0) > 0.1)
    fixture.files.failRemovals(nil)
    sidecar.run(fixture, for: 4)
    #expect(fixture.written == nil)
    #expect(
      fixture.errors.contains(
        "tokenxchange: removed /kept/token: its token expired at 2027-01-15T08:16:40Z"))
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

  @Test("the file of an earlier run gets this run's mode before the first renewal")
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
    "a failure of another kind is logged",
    arguments: [
      Row("status", [503, 404], 2), Row("status of one kind", [502, 503], 2),
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

  @Test("times in a message do not make it another failure")
  func sameFailureWithOtherTimes() throws {
    fixture.setSubject("system:serviceaccount:a:b", lifetime: -5)
    var sidecar = try fixture.sidecar()
    sidecar.run(fixture, for: 120)
    #expect(fixture.errors.count == 1)
  }

  @Test func aFullDiskIsAFaultThatMayPass() throws {
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

  @Test func aDirectoryThatCannotBeWrittenIsFoundBeforeTheFirstExchange() throws {
    fixture.files.failWrites(.system(.createFile(directory: "/kept"), errno: EROFS))
    let code = run(SidecarFixture.flags, in: fixture.world())
    #expect(code == .usage)
    #expect(fixture.requests.count == 0)
    #expect(
      fixture.errors.first
        == "tokenxchange: --write: cannot create a file in /kept: Read-only file system")
  }
}

/// `--once`: one token, get-token's exit codes, silence on success.
struct SidecarOnceTests {
  let fixture: SidecarFixture

  init() throws { fixture = try SidecarFixture() }

  @Test func writesOneToken() {
    let code = run(SidecarFixture.flags + ["--once", "--mode", "0640"], in: fixture.world())
    #expect(code == .done)
    #expect(fixture.written != nil)
    #expect(fixture.files.mode(SidecarFixture.file) == 0o640)
    #expect(fixture.errors.isEmpty)
    #expect(fixture.endingSignals == [nil])
  }

  @Test(arguments: [
    (401, #"{"error":"access_denied"}"#, ExitCode.oauthError, 1),
    (404, "", .invalidResponse, 1), (503, "", .network, 3),
  ])
  func failsAsGetTokenDoes(_ status: Int, _ body: String, _ code: ExitCode, _ tries: Int) {
    let old = fixture.jwt(lifetime: 100)
    fixture.files[SidecarFixture.file] = old
    fixture.respond(status, body)
    #expect(run(SidecarFixture.flags + ["--once"], in: fixture.world()) == code)
    #expect(fixture.requests.count == tries)
    #expect(fixture.written == old)
    #expect(fixture.errors.count == 2)
  }

  @Test func doesNotOverwriteWhatItExchanges() {
    let flags = SidecarFixture.flags + ["--once", "--write", SidecarFixture.subjectFile]
    #expect(run(flags, in: fixture.world()) == .usage)
    #expect(
      fixture.errors == [
        "tokenxchange: --write /subject/token is the file that the subject token is read from",
        "hint: name another file to write: the first renewal would overwrite this one",
      ])
  }

  @Test(
    "no input is overwritten",
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
        "hint: name another file to write: the first renewal would overwrite this one",
      ])
  }

  @Test(arguments: ["", "8", "1777", "0400", "rw", "-1", "+600"])
  func refusesAMode(_ mode: String) {
    #expect(
      run(SidecarFixture.flags + ["--once", "--mode=\(mode)"], in: fixture.world()) == .usage)
    #expect(fixture.requests.count == 0)
  }
}
