import Glibc
import Platform

/// A clock that nobody can set and that continues while the machine sleeps.
struct BootClock: Sendable {
  /// Seconds since the machine started.
  var now: @Sendable () -> Double
  /// When this process was created, by the same clock.
  var processStart: @Sendable () -> Double

  static let live = BootClock(now: { seconds() }, processStart: { processStart(now: seconds()) })

  private static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// When this process was created, which is some time before its first instruction on a busy
  /// machine: of two hundred that start together, the last may run when the first has its token.
  ///
  /// - Parameter now: The present, which is the latest possible result.
  /// - Returns: A moment at most ten seconds ago, which is the longest wait for a lock; in some
  ///   containers the system counts from another moment.
  static func processStart(now: Double) -> Double {
    guard let line = try? FileReader.read("/proc/self/stat", limit: 4096),
      let bracket = line.lastIndex(of: UInt8(ascii: ")"))
    else { return now }
    // The name in brackets may hold anything; the time is the 20th field after it.
    let fields = line[(bracket + 1)...].split(separator: 0x20)
    guard fields.count > 19, let ticks = Double(String(decoding: fields[19], as: UTF8.self)) else {
      return now
    }
    // Rounded up, so that a process that starts after the end of another never counts as waiting.
    let start = (ticks + 1) / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    return start < now && start > now - 10 ? start : now
  }
}
