/// Backoff for an unattended process.
///
/// Most outages are restarts that take less than a minute: until then, the pauses are at most five
/// seconds, with at most twelve attempts in half a minute. After that, they grow with the outage. A
/// rejection usually lasts until someone changes the configuration, so its pauses double.
enum Backoff {
  /// The longest pause after a temporary failure, in seconds.
  static let longest = 60.0
  /// The longest pause after a rejection or because of Retry-After, in seconds.
  static let longestRejected = 300.0

  /// The shortest and the longest pause in seconds, after consecutive failures since `outage`
  /// seconds.
  static func range(failures: Int, outage: Double, isRejection: Bool) -> ClosedRange<Double> {
    let doubled = Double(1 << min(max(failures - 1, 0), 12))
    let ceiling =
      isRejection ? min(doubled, longestRejected) : min(doubled, max(4.8, outage / 12), longest)
    // Jitter over the full range would sometimes mean no pause at all.
    return min(ceiling * 0.625, 3)...ceiling
  }

  /// The seconds to wait before the next attempt: at least `Retry-After`, up to five minutes.
  ///
  /// `random` is from 0 to 1, so that many clients do not return at the same time.
  static func pause(
    failures: Int, outage: Double, after error: CommandError, random: Double
  ) -> Double {
    let range = range(failures: failures, outage: outage, isRejection: error.isRejection)
    let pause = range.lowerBound + (range.upperBound - range.lowerBound) * random
    return max(pause, min(error.retryAfter ?? 0, longestRejected))
  }
}
