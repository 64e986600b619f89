import Foundation
import StandIns
import TestSupport
import Testing

/// A run of `login` whose output and files are searched for secrets when it ends.
struct LoginRun: Sendable {
  let fixture: LoginFixture
  let runner: ProcessRunner
  /// Whether its output is shown to a user.
  let isOnTerminal: Bool

  /// A run that has been started.
  struct Started: Sendable {
    let run: LoginRun
    let process: RunningProcess

    /// The result, after the search.
    var result: ProcessResult {
      get async {
        let result = await process.result
        run.fixture.expectNoSecret(in: result, isOnTerminal: run.isOnTerminal)
        return result
      }
    }

    /// Waits until it has printed a text twice, or another text once.
    func saysTwice(_ words: String, or other: String) async throws {
      for _ in 0..<3000 where process.isRunning {
        let output = process.outputSoFar
        if output.ranges(of: words).count >= 2 || output.contains(other) { return }
        try await Task.sleep(for: .milliseconds(10))
      }
    }

    /// Waits until it has printed any output.
    func says(_ words: String) async throws {
      for _ in 0..<3000 where process.isRunning && !process.outputSoFar.contains(words) {
        try await Task.sleep(for: .milliseconds(10))
      }
    }
  }

  func start() throws -> Started { Started(run: self, process: try runner.start()) }

  func result() async throws -> ProcessResult { try await start().result }
}

extension LoginFixture {
  /// The secrets that only Dex, the process and one file may contain.
  func hunt() -> SecretHunt {
    SecretHunt(
      dex.loginSecrets.map { ("a code, verifier or refresh token", $0) }
        + [("the client's secret", "conf-secret")])
  }

  /// The token is on stdout unless that is a terminal; all other secrets are in one file of the
  /// cache.
  func expectNoSecret(in result: ProcessResult, isOnTerminal: Bool) {
    let hunt = hunt()
    for bytes in [result.stdout, result.stderr] { #expect(hunt.findings(in: Data(bytes)) == []) }
    // The random name of the directory may contain anything.
    #expect(!masked(result.errors).contains("eyJ"))
    if isOnTerminal { #expect(!masked(result.output).contains("eyJ")) }
    let files = FileManager.default.enumerator(atPath: home.path)?.compactMap { $0 as? String }
    let kept = Set((files ?? []).filter { $0.hasPrefix("cache/") && $0.hasSuffix(".login") })
    #expect(hunt.findings(below: home.path, except: kept) == [])
    for file in kept {
      let status = try? FileManager.default.attributesOfItem(atPath: home.path(file))
      // Another process may have removed it.
      #expect(status == nil || status?[.posixPermissions] as? Int == 0o600)
    }
  }
}
