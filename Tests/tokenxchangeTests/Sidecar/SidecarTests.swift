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
  let outside: FakeOutside

  init() throws { outside = try FakeOutside() }

  @Test func renewsAtFourFifthsAndLogsOneLineEach() throws {
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 0.1)
    #expect(outside.requestCount == 1)
    #expect(outside.kept?.hasPrefix("eyJ") == true)
    #expect(outside.kept?.hasSuffix("\n") == false)
    #expect(outside.state.withLock { $0.modes[FakeOutside.file] } == 0o600)
    sidecar.run(outside, for: 797)
    #expect(outside.requestCount == 1)
    sidecar.run(outside, for: 4)
    #expect(outside.requestCount == 2)
    sidecar.run(outside, for: 8000)
    #expect(outside.requestCount == 12)
    #expect(
      outside.errors.first
        == "tokenxchange: renewed /kept/token: good until 2027-01-15T08:16:40Z (16 min), "
        + "next renewal at 2027-01-15T08:13:20Z (in 13 min)")
    #expect(outside.errors.count == 12)
    #expect(outside.errors.allSatisfy { !$0.contains("eyJ") })
    #expect(outside.state.withLock { $0.waits.max() ?? 0 } <= 2)
  }

  @Test func renewsAheadOfTheEndIfAsked() throws {
    var sidecar = try outside.sidecar(["--refresh-before", "15m"])
    sidecar.run(outside, for: 99)
    #expect(outside.requestCount == 1)
    sidecar.run(outside, for: 3)
    #expect(outside.requestCount == 2)
  }

  @Test func renewsAtASignal() throws {
    var sidecar = try outside.sidecar()
    sidecar.step()
    outside.set { $0.isAsked = true }
    sidecar.step()
    #expect(outside.requestCount == 1)
    sidecar.step()
    #expect(outside.requestCount == 2)
  }

  @Test(arguments: [3600.0, 900]) func renewsWhenTheClockIsSetForward(_ leap: Double) throws {
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 60)
    outside.set { $0.now += leap }
    sidecar.step()
    #expect(outside.requestCount == 2)
    #expect(outside.kept != nil)
  }

  @Test func renewsInTimeWhenTheClockIsSetBack() throws {
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 60)
    outside.set { $0.now -= 86_400 }
    sidecar.run(outside, for: 745)
    #expect(outside.requestCount == 2)
  }

  @Test func renewsInTimeThoughOurClockIsSlow() throws {
    outside.set { ($0.life, $0.lead) = (600, 300) }
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 479)
    #expect(outside.requestCount == 1)
    sidecar.run(outside, for: 3)
    #expect(outside.requestCount == 2)
  }

  @Test func keepsTheOldTokenUntilItEnds() throws {
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 700)
    let old = outside.kept
    outside.set { $0.answer = .failure(TransportError.connectionRefused) }
    sidecar.run(outside, for: 299)
    #expect(outside.kept == old)
    #expect(outside.errors.count == 2)
    #expect(outside.errors.last?.contains("the old token stays until 2027-01-15T08:16:40Z") == true)
    sidecar.run(outside, for: 3)
    #expect(outside.kept == nil)
    #expect(
      outside.errors.last
        == "tokenxchange: removed /kept/token: its token ended at 2027-01-15T08:16:40Z")
    outside.set { $0.answer = nil }
    sidecar.run(outside, for: 60)
    #expect(outside.kept?.hasPrefix("eyJ") == true)
    #expect(outside.errors.last?.contains("failed tries in ") == true)
  }

  @Test func sumsUpWhatRepeats() throws {
    outside.set { $0.answer = .failure(TransportError.connectionRefused) }
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 290)
    #expect(outside.errors.count == 1)
    #expect(
      outside.errors[0]
        == "tokenxchange: failed: dex.example:443 refused the connection; next try in 1 s; there is no "
        + "token; hint: is Dex running there, and on that port? a Service refuses while none of "
        + "its pods is ready")
    sidecar.run(outside, for: 3600)
    #expect((11...14).contains(outside.errors.count))
    #expect(outside.errors[1].contains("still failing after 5 min"))
    #expect(outside.requestCount < 200)
  }

  @Test func refusalsAreAskedAboutEverMoreSeldom() throws {
    outside.answer(401, #"{"error":"access_denied"}"#)
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 86_400)
    #expect((300...700).contains(outside.requestCount))
  }

  @Test func waitsAsLongAsTheServerAsks() throws {
    outside.answer(429, "", headers: ["retry-after": "40"])
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 39)
    #expect(outside.requestCount == 1)
    sidecar.run(outside, for: 2)
    #expect(outside.requestCount == 2)
  }

  @Test func aNewIdentityIsExchangedAtOnce() throws {
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 10)
    outside.setSubject("system:serviceaccount:a:b", life: 2e6)
    sidecar.run(outside, for: 10)
    #expect(outside.requestCount == 1)
    outside.setSubject("system:serviceaccount:a:other")
    sidecar.run(outside, for: 4)
    #expect(outside.requestCount == 2)
    #expect(outside.kept != nil)
  }

  @Test func theOldIdentitysFileGoesWhenDexRefusesTheNewOne() throws {
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 10)
    outside.answer(401, #"{"error":"access_denied"}"#)
    outside.setSubject("system:serviceaccount:a:other")
    sidecar.run(outside, for: 4)
    #expect(outside.kept == nil)
  }

  @Test func theOldIdentitysFileStaysWhileDexIsDown() throws {
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 10)
    outside.set { $0.answer = .failure(TransportError.connectionRefused) }
    outside.setSubject("system:serviceaccount:a:other")
    sidecar.run(outside, for: 60)
    #expect(outside.kept != nil)
    outside.answer(401, #"{"error":"access_denied"}"#)
    sidecar.run(outside, for: 10)
    #expect(outside.kept == nil)
  }

  @Test func aRefusalOfTheSameIdentityRemovesNothing() throws {
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 10)
    outside.answer(401, #"{"error":"access_denied"}"#)
    outside.set { $0.isAsked = true }
    sidecar.run(outside, for: 300)
    #expect(outside.kept != nil)
  }

  @Test func anExpiredSubjectTokenIsTriedAgainWhenItIsReplaced() throws {
    outside.setSubject("system:serviceaccount:a:b", life: -5)
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 120)
    #expect(outside.requestCount == 0)
    #expect(outside.errors.count == 1)
    outside.setSubject("system:serviceaccount:a:b")
    sidecar.run(outside, for: 4)
    #expect(outside.requestCount == 1)
    #expect(outside.kept != nil)
  }

  @Test func aFileOfAnEarlierRunStaysWhileItIsValid() throws {
    let old = outside.jwt(life: 100)
    outside.set {
      $0.files[FakeOutside.file] = Array(old.utf8)
      $0.answer = .failure(TransportError.connectionRefused)
    }
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 99)
    #expect(outside.requestCount > 3)
    #expect(outside.kept == old)
    sidecar.run(outside, for: 2)
    #expect(outside.kept == nil)
  }

  @Test func aFileOfAnEarlierRunGoesWithTheIdentityOfOurStart() throws {
    let old = outside.jwt(life: 1000)
    outside.set {
      $0.files[FakeOutside.file] = Array(old.utf8)
      $0.answer = .failure(TransportError.connectionRefused)
    }
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 10)
    outside.answer(401, #"{"error":"access_denied"}"#)
    outside.set { $0.isAsked = true }
    sidecar.run(outside, for: 10)
    #expect(outside.kept == old)
    outside.setSubject("system:serviceaccount:a:other")
    sidecar.run(outside, for: 4)
    #expect(outside.kept == nil)
  }

  @Test func aFileThatWasRemovedComesBack() throws {
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 10)
    outside.set { $0.files[FakeOutside.file] = nil }
    sidecar.run(outside, for: 4)
    #expect(outside.kept != nil)
  }

  @Test(
    "a file that became something else is noticed and reported",
    arguments: [
      Row("a directory", FileKind.directory, "a directory"), Row("a pipe", .pipe, "a pipe"),
    ])
  func anotherKind(row: Row<FileKind, String>) throws {
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 10)
    outside.set { $0.kinds[FakeOutside.file] = row.input }
    sidecar.run(outside, for: 4)
    #expect(outside.requestCount >= 2)
    #expect(
      outside.errors.last?.hasPrefix(
        "tokenxchange: failed: --write: cannot replace /kept/token: it is \(row.output); next try in "
      )
        == true)
    #expect(outside.errors.last?.contains("; there is no token; ") == true)
    outside.set { $0.kinds = [:] }
    sidecar.run(outside, for: 10)
    #expect(outside.kept?.hasPrefix("eyJ") == true)
    #expect(outside.errors.last?.contains("renewed /kept/token") == true)
  }

  @Test("a removal that fails is retried at every check and logged once")
  func removalIsRetried() throws {
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 700)
    let old = outside.kept
    outside.set {
      $0.answer = .failure(TransportError.connectionRefused)
      $0.removeError = .system(.remove("/kept/token"), errno: EROFS)
    }
    sidecar.run(outside, for: 400)
    #expect(outside.kept == old)
    let warnings = outside.errors.filter { $0.contains("warning: ") }
    #expect(
      warnings == [
        "tokenxchange: warning: cannot remove /kept/token: Read-only file system; "
          + "its token ended at 2027-01-15T08:16:40Z"
      ])
    #expect(!outside.errors.contains { $0.contains("there is no token") })
    // Waiting must not become a busy loop either.
    #expect(outside.state.withLock { $0.waits.suffix(10).min() ?? 0 } > 0.1)
    outside.set { $0.removeError = nil }
    sidecar.run(outside, for: 4)
    #expect(outside.kept == nil)
    #expect(
      outside.errors.contains(
        "tokenxchange: removed /kept/token: its token ended at 2027-01-15T08:16:40Z"))
  }

  @Test("a token that could not be removed is replaced by the next one")
  func removalIsForgottenAfterRenewal() throws {
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 700)
    outside.set {
      $0.answer = .failure(TransportError.connectionRefused)
      $0.removeError = .system(.remove("/kept/token"), errno: EROFS)
    }
    sidecar.run(outside, for: 310)
    outside.set {
      $0.answer = nil
      $0.removeError = nil
    }
    sidecar.run(outside, for: 60)
    #expect(outside.kept?.hasPrefix("eyJ") == true)
    #expect(!outside.errors.contains { $0.contains(": removed ") })
  }

  @Test("the file of an earlier run gets this run's mode before the first renewal")
  func modeAtStart() throws {
    let old = outside.jwt(life: 100)
    outside.set {
      $0.files[FakeOutside.file] = Array(old.utf8)
      $0.modes[FakeOutside.file] = 0o644
      $0.answer = .failure(TransportError.connectionRefused)
    }
    _ = try outside.sidecar()
    #expect(outside.requestCount == 0)
    #expect(outside.state.withLock { $0.modes[FakeOutside.file] } == 0o600)
  }

  @Test(
    "a failure of another kind is logged",
    arguments: [
      Row("status", [503, 404], 2), Row("status of one kind", [502, 503], 2),
      Row("the same status", [503, 503], 1),
    ])
  func anotherFailure(row: Row<[Int], Int>) throws {
    var sidecar = try outside.sidecar()
    for status in row.input {
      outside.answer(status, "")
      sidecar.run(outside, for: 60)
    }
    #expect(outside.errors.count { $0.contains(": failed: ") } == row.output)
  }

  @Test("times in a message do not make it another failure")
  func sameFailureWithOtherTimes() throws {
    outside.setSubject("system:serviceaccount:a:b", life: -5)
    var sidecar = try outside.sidecar()
    sidecar.run(outside, for: 120)
    #expect(outside.errors.count == 1)
  }

  @Test func aFullDiskIsAFaultThatMayPass() throws {
    var sidecar = try outside.sidecar()
    outside.set { $0.writeError = .system(.write("/kept/token"), errno: ENOSPC) }
    sidecar.run(outside, for: 60)
    #expect(
      outside.errors.first?.contains("--write: cannot write /kept/token: No space left on device")
        == true)
    outside.set { $0.writeError = nil }
    sidecar.run(outside, for: 30)
    #expect(outside.kept != nil)
  }

  @Test func aFolderThatCannotBeWrittenIsFoundBeforeTheFirstExchange() throws {
    outside.set { $0.writeError = .system(.createFile(directory: "/kept"), errno: EROFS) }
    let code = run(FakeOutside.flags, in: outside.world())
    #expect(code == .usage)
    #expect(outside.requestCount == 0)
    #expect(
      outside.errors.first
        == "tokenxchange: --write: cannot create a file in /kept: Read-only file system")
  }
}

/// `--once`: one token, get-token's exit codes, silence on success.
struct SidecarOnceTests {
  let outside: FakeOutside

  init() throws { outside = try FakeOutside() }

  @Test func writesOneToken() {
    let code = run(FakeOutside.flags + ["--once", "--mode", "0640"], in: outside.world())
    #expect(code == .done)
    #expect(outside.kept != nil)
    #expect(outside.state.withLock { $0.modes[FakeOutside.file] } == 0o640)
    #expect(outside.errors.isEmpty)
    #expect(outside.state.withLock { $0.takenSignals } == [nil])
  }

  @Test(arguments: [
    (401, #"{"error":"access_denied"}"#, ExitCode.refused, 1),
    (404, "", .answer, 1), (503, "", .network, 3),
  ])
  func failsAsGetTokenDoes(_ status: Int, _ body: String, _ code: ExitCode, _ tries: Int) {
    let old = outside.jwt(life: 100)
    outside.set { $0.files[FakeOutside.file] = Array(old.utf8) }
    outside.answer(status, body)
    #expect(run(FakeOutside.flags + ["--once"], in: outside.world()) == code)
    #expect(outside.requestCount == tries)
    #expect(outside.kept == old)
    #expect(outside.errors.count == 2)
  }

  @Test func doesNotOverwriteWhatItExchanges() {
    let flags = FakeOutside.flags + ["--once", "--write", FakeOutside.subjectFile]
    #expect(run(flags, in: outside.world()) == .usage)
    #expect(
      outside.errors == [
        "tokenxchange: --write /subject/token is the file that the subject token is read from",
        "hint: name another file to write: this one would be lost with the first renewal",
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
    outside.set { $0.files[FakeOutside.file] = Array("x".utf8) }
    let flags = FakeOutside.flags + ["--once"] + row.input + [FakeOutside.file]
    #expect(run(flags, in: outside.world()) == .usage)
    #expect(outside.requestCount == 0)
    #expect(outside.kept == "x")
    #expect(
      outside.errors == [
        "tokenxchange: --write /kept/token is the file that \(row.output)",
        "hint: name another file to write: this one would be lost with the first renewal",
      ])
  }

  @Test(arguments: ["", "8", "1777", "0400", "rw", "-1", "+600"])
  func refusesAMode(_ mode: String) {
    #expect(run(FakeOutside.flags + ["--once", "--mode=\(mode)"], in: outside.world()) == .usage)
    #expect(outside.requestCount == 0)
  }
}
