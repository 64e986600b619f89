import Foundation
import TestSupport
import Testing

/// Many at once: one sign-in, one refresh.
@Suite(
  .serialized,
  .enabled(if: LoginStage.hasTerminals, "script(1) is not installed: apt-get install bsdutils"))
struct LoginStormTests {
  private let stage: LoginStage

  init() throws { stage = try LoginStage() }

  /// One at a terminal, then five more at terminals and forty-four without.
  private func fifty() async throws -> [RunningProcess] {
    let first = try stage.onTerminal("--no-browser").start()
    while stage.dex.waitingUserCodes.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    let others = try (1..<50).map { number in
      try (number <= 5 ? stage.onTerminal("--no-browser") : stage.plain()).start()
    }
    return [first] + others
  }

  @Test func fiftyShareOneSignIn() async throws {
    let processes = try await fifty()
    try await Task.sleep(for: .seconds(2))
    stage.dex.approve()
    var tokens: Set<String> = []
    for (index, process) in processes.enumerated() {
      let result = await process.result
      #expect(result.code == 0, "\(result.errors)")
      if index > 5 { tokens.insert(result.token ?? "none") }
    }
    #expect(tokens.count == 1)
    #expect(stage.signIns == 1)
  }

  @Test func fiftyEndWhenItFails() async throws {
    let processes = try await fifty()
    try await Task.sleep(for: .seconds(2))
    stage.dex.expireDeviceCodes()
    for process in processes {
      let result = await process.result
      #expect(result.code == 7)
      #expect(result.duration < 20)
    }
    #expect(stage.signIns == 1)
  }

  @Test func fiftyEndWhenItIsKilled() async throws {
    let processes = try await fifty()
    try await Task.sleep(for: .seconds(2))
    // script passes the signal on by closing the terminal.
    processes[0].send(signal: 9)
    for process in processes.dropFirst() {
      #expect(await process.result.code == 7)
    }
    #expect(stage.signIns == 1)
  }

  @Test func twentyShareOneRefresh() async throws {
    stage.dex.update { $0.tokenLifetime = 20 }
    #expect(try await stage.signIn().code == 0)
    let before = stage.dex.tokenRequests
    stage.dex.inject(.delay(2).forever)
    let processes = try (1...20).map { _ in try stage.plain().start() }
    var tokens: Set<String> = []
    for process in processes { tokens.insert(await process.result.token ?? "none") }
    #expect(tokens.count == 1 && !tokens.contains("none"))
    #expect(stage.dex.tokenRequests == before + 1)
    #expect(stage.signIns == 1)
  }
}
