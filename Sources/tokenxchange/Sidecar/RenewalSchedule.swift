/// When the sidecar exchanges the subject token for the next token.
struct RenewalSchedule: Sendable, Equatable {
  /// How many seconds before its expiry a token is renewed at the latest; nil for 80 % of its
  /// lifetime alone.
  var refreshBefore: Double?

  /// The lifetime, in seconds, of a token without a readable expiry.
  static let unknownLifetime = 60.0
  /// The shortest pause, in seconds, however short the tokens are valid.
  static let shortestWait = 1.0

  /// How long to wait before the next renewal: 80 % of the lifetime, with a jitter of a tenth of
  /// that so that pods that started together drift apart; or until `refreshBefore`, if that is
  /// earlier.
  ///
  /// A `refreshBefore` that covers nearly the whole lifetime would cause renewals without a pause;
  /// half of the lifetime is used instead.
  ///
  /// - Parameters:
  ///   - lifetime: Seconds for which the new token is valid; nil if unknown.
  ///   - random: A number from 0 to 1.
  /// - Returns: Seconds.
  func wait(lifetime: Double?, random: Double) -> Double {
    let lifetime = max(lifetime ?? Self.unknownLifetime, 0)
    var wait = lifetime * 0.8 * (0.9 + 0.2 * random)
    if let refreshBefore {
      wait = min(wait, refreshBefore < lifetime * 0.95 ? lifetime - refreshBefore : lifetime / 2)
    }
    return max(wait, Self.shortestWait)
  }
}
