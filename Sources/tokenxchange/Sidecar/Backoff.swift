/// Backoff for an unattended process.
///
/// Most outages are restarts that take less than a minute: until then there is an attempt at least
/// every five seconds, and at most twelve in half a minute. After that the pauses grow with the
/// outage. A rejection usually lasts until someone changes the configuration, so its pauses double.
enum Backoff {
  /// The longest pause after a temporary failure, in seconds.
  static let longest = 60.0
  /// The longest pause after a rejection or because of Retry-After, in seconds.
  static let longestRejected = 300.0

  /// The range that a pause is chosen from.
  ///
  /// - Parameters:
  ///   - failures: How many attempts failed in a row, from 1.
  ///   - outage: Seconds since the first of them.
  ///   - isRejection: Whether the server rejected the request, as opposed to failing itself.
  /// - Returns: The shortest and the longest pause, in seconds.
  static func range(failures: Int, outage: Double, isRejection: Bool) -> ClosedRange<Double> {
    let doubled = Double(1 << min(max(failures - 1, 0), 12))
    let ceiling =
      isRejection ? min(doubled, longestRejected) : min(doubled, max(4.8, outage / 12), longest)
    // Jitter over the full range would sometimes mean no pause at all.
    return min(ceiling * 0.625, 3)...ceiling
  }

  /// How many seconds to wait before the next attempt.
  ///
  /// - Parameters:
  ///   - failures: How many attempts failed in a row, from 1.
  ///   - outage: Seconds since the first of them.
  ///   - error: The last failure.
  ///   - random: A number from 0 to 1, so that many clients do not return at the same time.
  /// - Returns: Seconds; at least what the server asked for, up to five minutes.
  static func pause(
    failures: Int, outage: Double, after error: CommandError, random: Double
  ) -> Double {
    let range = range(failures: failures, outage: outage, isRejection: error.isRejection)
    let pause = range.lowerBound + (range.upperBound - range.lowerBound) * random
    return max(pause, min(error.retryAfter ?? 0, longestRejected))
  }
}
