import Testing

@testable import Platform

@Suite struct SystemClockTests {
  @Test("the process started before now, by at most ten seconds")
  func processStart() {
    let now = SystemClock.live.boot()
    let start = SystemClock.processStart(now: now)
    #expect(start <= now)
    #expect(start >= now - 10)
    #expect(SystemClock.processStart(now: now + 1000) == now + 1000)
  }
}
