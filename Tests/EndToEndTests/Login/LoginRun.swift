import Foundation
import TestSupport
import Testing

/// A run of `login` that is searched for secrets when it ends, like every run of every test.
struct LoginRun: Sendable {
  let stage: LoginStage
  let runner: ProcessRunner
  /// Whether a person sees all that it says.
  let isOnTerminal: Bool

  /// One that was started.
  struct Started: Sendable {
    let run: LoginRun
    let process: RunningProcess

    /// What came of it.
    var result: ProcessResult {
      get async {
        let result = await process.result
        run.stage.expectNoSecret(in: result, isOnTerminal: run.isOnTerminal)
        return result
      }
    }

    /// Waits until it has said something.
    func says(_ words: String) async throws {
      for _ in 0..<3000 where process.isRunning && !process.outputSoFar.contains(words) {
        try await Task.sleep(for: .milliseconds(10))
      }
    }
  }

  func start() throws -> Started { Started(run: self, process: try runner.start()) }

  func result() async throws -> ProcessResult { try await start().result }
}

extension LoginStage {
  /// What only Dex, the program's memory and one file may know.
  func hunt() -> SecretHunt {
    SecretHunt(
      dex.loginSecrets.map { ("a device code or refresh token", $0) }
        + [("the client's secret", "conf-secret")])
  }

  /// The result is on stdout, and there unless a person reads it; the rest is nowhere but in one
  /// file of the cache.
  func expectNoSecret(in result: ProcessResult, isOnTerminal: Bool) {
    let hunt = hunt()
    for bytes in [result.stdout, result.stderr] { #expect(hunt.findings(in: Data(bytes)) == []) }
    #expect(!result.errors.contains("eyJ"))
    if isOnTerminal { #expect(!result.output.contains("eyJ")) }
    let files = FileManager.default.enumerator(atPath: home.path)?.compactMap { $0 as? String }
    let kept = Set((files ?? []).filter { $0.hasPrefix("cache/") && $0.hasSuffix(".login") })
    #expect(hunt.findings(below: home.path, except: kept) == [])
    for file in kept {
      let status = try? FileManager.default.attributesOfItem(atPath: home.path(file))
      // It may be gone by now: others run too.
      #expect(status == nil || status?[.posixPermissions] as? Int == 0o600)
    }
  }
}
