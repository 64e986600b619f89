import Foundation
import StandIns
import Synchronization
import TestSupport
import Testing

/// Writers that are killed at random times while readers run; `make soak` runs it longer.
@Suite struct CacheKillTests {
  private static let kills = Soak.scale(30, 500)

  @Test("a reader never gets a truncated or wrong token")
  func killedWriters() async throws {
    let fixture = try CacheFixture()
    for key in 0..<2 { try fixture.writeSubject("token-\(key)", account: "account-\(key)") }
    let signing = fixture.dex.configuration.signingKey
    let isDone = Flag()
    let readers = (0..<2).map { key in
      Task.detached {
        var reads = 0
        repeat {
          let result = try await fixture.runner(subject: "token-\(key)").result()
          let jwt = result.token.flatMap { JWT($0) }
          #expect(result.code == 0, "\(result.errors)")
          #expect(jwt?.isSigned(byOneOf: [signing]) == true)
          #expect(
            jwt?.claims["name"]?.string == "system:serviceaccount:argocd:account-\(key)")
          reads += 1
        } while !isDone.value.withLock { $0 }
        return reads
      }
    }
    var cut = 0
    for number in 0..<Self.kills {
      let writer = try fixture.runner("--force-refresh", subject: "token-\(number % 2)").start()
      try await Task.sleep(for: .microseconds(Int.random(in: 500...25_000)))
      writer.send(signal: 9)
      if await writer.result.ending == .signal(9) { cut += 1 }
    }
    isDone.value.withLock { $0 = true }
    var reads: [Int] = []
    for reader in readers { reads.append(try await reader.value) }
    #expect(reads.allSatisfy { $0 > 0 })
    #expect(fixture.files("token").count == 2)
    Soak.report("\(Self.kills) kills, \(cut) while running; \(reads) correct reads")
  }

  private final class Flag: Sendable {
    let value = Mutex(false)
  }
}
