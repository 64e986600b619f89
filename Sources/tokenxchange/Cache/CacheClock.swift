import Glibc

/// The clock of the cache, which cannot be set and runs on while the machine sleeps.
enum CacheClock {
  /// Seconds since the machine started.
  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// When this process was made, which is some time before its first instruction on a busy machine:
  /// of two hundred that are started at once the last may run when the first has its token already.
  ///
  /// - Parameter now: The present, as the latest answer.
  /// - Returns: A moment at most ten seconds ago, which is as long as anybody waits for a lock; the
  ///   system's count may be of something else.
  static func processStart(now: Double) -> Double {
    guard let line = try? FileReader.read("/proc/self/stat", limit: 4096),
      let bracket = line.lastIndex(of: UInt8(ascii: ")"))
    else { return now }
    // The name in brackets may hold anything; the time is the 20th field after it.
    let fields = line[(bracket + 1)...].split(separator: 0x20)
    guard fields.count > 19, let ticks = Double(String(decoding: fields[19], as: UTF8.self)) else {
      return now
    }
    // Rounded up, so that whoever starts after another's end never counts as one that waited.
    let start = (ticks + 1) / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    return start < now && start > now - 10 ? start : now
  }
}
