import Testing

@testable import Platform

@Suite struct SystemClockTests {
  @Test("the process start time is at most ten seconds in the past")
  func processStart() {
    let now = SystemClock.live.boot()
    let start = SystemClock.processStart(now: now)
    #expect(start <= now)
    #expect(start >= now - 10)
    #expect(SystemClock.processStart(now: now + 1000) == now + 1000)
  }
}
