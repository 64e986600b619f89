package import FoundationEssentials
import Glibc

/// The clocks of this machine, and a way to sleep.
package struct SystemClock: Sendable {
  /// The wall clock.
  package var now: @Sendable () -> Date
  /// Seconds on the monotonic clock.
  package var uptime: @Sendable () -> Double
  /// Seconds since the machine started, including suspend, on a clock that cannot be set.
  package var boot: @Sendable () -> Double
  /// When this process was created, on the same clock.
  package var processStart: @Sendable () -> Double
  /// Waits, in seconds.
  package var sleep: @Sendable (Double) -> Void
}

extension SystemClock {
  /// The clocks of the kernel.
  package static let live = SystemClock(
    now: { Date() }, uptime: { seconds(CLOCK_MONOTONIC) }, boot: { seconds(CLOCK_BOOTTIME) },
    processStart: { processStart(now: seconds(CLOCK_BOOTTIME)) }, sleep: { sleep($0) })

  /// Reads a clock of the kernel, in seconds.
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

  /// When this process was created, on the boot clock.
  ///
  /// On a busy machine, its first instruction runs some time later: of two hundred processes that
  /// start together, the last may begin to run when the first already has its token.
  ///
  /// - Returns: The start, or `now` if the kernel's value is in the future or more than ten seconds
  ///   old (the longest wait for a lock): in some containers it counts from a different boot.
  static func processStart(now: Double) -> Double {
    guard let line = try? FileReader.read("/proc/self/stat", limit: 4096),
      let bracket = line.lastIndex(of: UInt8(ascii: ")"))
    else { return now }
    // The name in brackets may contain anything; the time is the 20th field after it.
    let fields = line[(bracket + 1)...].split(separator: 0x20)
    guard fields.count > 19, let ticks = Double(String(decoding: fields[19], as: UTF8.self)) else {
      return now
    }
    // Rounded up: a process that starts after another one ended must not count as waiting for it.
    let start = (ticks + 1) / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    return start < now && start > now - 10 ? start : now
  }
}
