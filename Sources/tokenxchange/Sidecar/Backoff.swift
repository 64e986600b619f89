/// How long to wait after a failure when somebody waits for success and nobody watches.
///
/// Most outages are restarts and over in a minute: until then a try comes at least every five
/// seconds, and at most twelve in half a minute. From there on the pauses grow with the outage. A
/// refusal will not pass by itself, so it is asked about ever more seldom.
enum Backoff {
  /// The longest pause after a fault that may pass, in seconds.
  static let longest = 60.0
  /// The longest pause after a refusal, and for a server that asks for time, in seconds.
  static let longestRefused = 300.0

  /// The span that a pause is drawn from.
  ///
  /// - Parameters:
  ///   - failures: How many tries failed in a row, from 1.
  ///   - outage: Seconds since the first of them.
  ///   - isRefusal: Whether Dex said no, as opposed to not answering well.
  /// - Returns: The shortest and the longest pause, in seconds.
  static func span(failures: Int, outage: Double, isRefusal: Bool) -> ClosedRange<Double> {
    let doubled = Double(1 << min(max(failures - 1, 0), 12))
    let ceiling =
      isRefusal ? min(doubled, longestRefused) : min(doubled, max(4.8, outage / 12), longest)
    // Jitter over all of it would now and then mean no pause at all.
    return min(ceiling * 0.625, 3)...ceiling
  }

  /// How many seconds to wait before the next try.
  ///
  /// - Parameters:
  ///   - failures: How many tries failed in a row, from 1.
  ///   - outage: Seconds since the first of them.
  ///   - error: The last failure.
  ///   - random: A number from 0 to 1, so that many clients do not come back at once.
  /// - Returns: Seconds; never less than the server asked for, up to five minutes.
  static func pause(
    failures: Int, outage: Double, after error: CommandError, random: Double
  ) -> Double {
    let span = span(failures: failures, outage: outage, isRefusal: error.isRejection)
    let pause = span.lowerBound + (span.upperBound - span.lowerBound) * random
    return max(pause, min(error.retryAfter ?? 0, longestRefused))
  }
}
