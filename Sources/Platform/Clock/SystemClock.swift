package import FoundationEssentials
import Glibc

/// The clocks of this machine, and waiting.
package struct SystemClock: Sendable {
  /// The wall clock.
  package var now: @Sendable () -> Date
  /// Seconds on a clock that only goes forward.
  package var uptime: @Sendable () -> Double
  /// Seconds since the machine started, on a clock that cannot be set and that continues while the
  /// machine sleeps.
  package var boot: @Sendable () -> Double
  /// When this process was created, by the same clock.
  package var processStart: @Sendable () -> Double
  /// Waits, in seconds.
  package var sleep: @Sendable (Double) -> Void

  package init(
    now: @escaping @Sendable () -> Date, uptime: @escaping @Sendable () -> Double,
    boot: @escaping @Sendable () -> Double, processStart: @escaping @Sendable () -> Double,
    sleep: @escaping @Sendable (Double) -> Void
  ) {
    self.now = now
    self.uptime = uptime
    self.boot = boot
    self.processStart = processStart
    self.sleep = sleep
  }
}

extension SystemClock {
  /// The clocks of the kernel.
  package static let live = SystemClock(
    now: { Date() }, uptime: { seconds(CLOCK_MONOTONIC) }, boot: { seconds(CLOCK_BOOTTIME) },
    processStart: { processStart(now: seconds(CLOCK_BOOTTIME)) }, sleep: { sleep($0) })

  /// Seconds on a clock of the kernel.
  static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func sleep(_ seconds: Double) {
    let whole = Int(seconds)
    var time = timespec(tv_sec: whole, tv_nsec: Int((seconds - Double(whole)) * 1e9))
    var remaining = timespec()
    while nanosleep(&time, &remaining) != 0, errno == EINTR { time = remaining }
  }

  /// When this process was created, which is some time before its first instruction on a busy
  /// machine: of two hundred that start together, the last may run when the first has its token.
  ///
  /// - Parameter now: The present, which is the latest possible result.
  /// - Returns: At most ten seconds ago, which is the longest wait for a lock: in some containers
  ///   the kernel counts from another start.
  static func processStart(now: Double) -> Double {
    guard let line = try? FileReader.read("/proc/self/stat", limit: 4096),
      let bracket = line.lastIndex(of: UInt8(ascii: ")"))
    else { return now }
    // The name in brackets may contain anything; the time is the 20th field after it.
    let fields = line[(bracket + 1)...].split(separator: 0x20)
    guard fields.count > 19, let ticks = Double(String(decoding: fields[19], as: UTF8.self)) else {
      return now
    }
    // Rounded up, so that a process that starts after the end of another never counts as waiting.
    let start = (ticks + 1) / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    return start < now && start > now - 10 ? start : now
  }
}
