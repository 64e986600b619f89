import Foundation
import StandIns
import TestSupport
import Testing

/// Many concurrent processes send one request for each key.
@Suite(.serialized) struct CacheStormTests {
  private static let count = 200

  /// Runs the processes concurrently; Dex responds when all of them have started.
  private func run(_ runners: [ProcessRunner], _ gate: Gate) async throws -> [ProcessResult] {
    let running = try runners.map { try $0.start() }
    try await Task.sleep(for: .milliseconds(300))
    gate.open()
    var results: [ProcessResult] = []
    for process in running { results.append(await process.result) }
    return results
  }

  @Test("two hundred processes share one token of any lifetime", arguments: [600.0, 30.0])
  func sharedToken(lifetime: Double) async throws {
    let fixture = try CacheFixture(tokenLifetime: lifetime)
    let gate = Gate()
    fixture.dex.inject(DexFault.held(by: gate).forever)
    let runners = (1...Self.count).map { _ in fixture.runner("--timeout=60s") }
    let results = try await run(runners, gate)
    #expect(results.filter { $0.token == nil }.isEmpty)
    #expect(Set(results.map(\.output)).count == 1)
    #expect(fixture.dex.tokenRequests == 1)
  }

  @Test("there is one request per key, and one more for a killed process")
  func tenKeys() async throws {
    let fixture = try CacheFixture()
    let gate = Gate()
    fixture.dex.inject(DexFault.held(by: gate).forever)
    for key in 0..<10 { try fixture.writeSubject("token-\(key)", account: "account-\(key)") }
    let run = { fixture.runner("--timeout=60s", subject: "token-\($0 % 10)") }
    let victim = try run(0).start()
    while fixture.dex.tokenRequests == 0 { try await Task.sleep(for: .milliseconds(5)) }
    // At least two processes for each key wait when the lock's holder is killed. The others may
    // start after the responses: on a slow machine, starting them takes longer than the lock's
    // timeout.
    var others = try (1...20).map { try run($0).start() }
    victim.send(signal: 9)
    #expect(await victim.result.ending == .signal(9))
    let opener = Task.detached {
      try? await Task.sleep(for: .seconds(2))
      gate.open()
    }
    others += try (21..<Self.count).map { try run($0).start() }
    gate.open()
    opener.cancel()
    for (index, process) in others.enumerated() {
      let token = try #require(await process.result.token)
      let name = JWT(token)?.claims["name"]?.string
      #expect(name == "system:serviceaccount:argocd:account-\((index + 1) % 10)")
    }
    #expect(fixture.dex.tokenRequests == 11)
  }

  @Test("fifty processes share one failure with the same message and exit code")
  func sharedFailure() async throws {
    let fixture = try CacheFixture()
    let gate = Gate()
    fixture.dex.inject(
      DexFault { _ in
        gate.wait()
        return LoopbackResponse.json(["error": "access_denied"], status: 401)
      }.forever)
    let results = try await run((1...50).map { _ in fixture.runner("--timeout=60s") }, gate)
    #expect(results.allSatisfy { $0.code == 5 && $0.stdout.isEmpty })
    #expect(Set(results.map(\.errors)).count == 1)
    #expect(fixture.dex.tokenRequests == 1)
  }

  @Test("a stuck process delays others for half of their timeout")
  func stuckHolder() async throws {
    let fixture = try CacheFixture()
    fixture.dex.inject(.delivery(.hang))
    let stuck = try fixture.runner("--timeout=60s").start()
    while fixture.dex.tokenRequests == 0 { try await Task.sleep(for: .milliseconds(5)) }
    let other = try await fixture.runner("--timeout=2s").result()
    #expect(other.token != nil)
    #expect(other.duration > 0.9 && other.duration < 2)
    #expect(fixture.dex.tokenRequests == 2)
    stuck.send(signal: 9)
    await _ = stuck.result
  }

  @Test("a cached token needs neither the lock nor the network")
  func cachedToken() async throws {
    let fixture = try CacheFixture()
    let first = try await fixture.runner().result()
    // Another process holds the lock, and Dex is stopped.
    fixture.dex.inject(.delivery(.hang))
    let holder = try fixture.runner("--force-refresh", "--timeout=20s").start()
    while fixture.dex.tokenRequests < 2 { try await Task.sleep(for: .milliseconds(5)) }
    let second = try await fixture.runner().result()
    #expect(second.stdout == first.stdout)
    // With the lock, it would wait for half of its timeout of 10 s.
    #expect(second.duration < 3)
    fixture.dex.stop()
    #expect(try await fixture.runner().result().stdout == first.stdout)
    holder.send(signal: 9)
    await _ = holder.result
  }
}
