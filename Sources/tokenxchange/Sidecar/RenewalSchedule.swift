/// When the sidecar renews its token.
struct RenewalSchedule: Sendable, Equatable {
  /// The minimum number of seconds between the renewal and the expiry; nil if only 80 % of the
  /// lifetime counts.
  var refreshBefore: Double?

  /// The lifetime, in seconds, of a token without a readable expiry.
  static let unknownLifetime = 60.0
  /// The shortest pause, in seconds, for tokens of any lifetime.
  static let shortestWait = 1.0

  /// The seconds to wait before the next renewal: 80 % of the lifetime, plus or minus a tenth of
  /// that so that pods that started together drift apart; or until `refreshBefore`, if that is
  /// earlier.
  ///
  /// A `refreshBefore` of nearly the whole lifetime would cause renewals without a pause; half of
  /// the lifetime is used instead. `random` is from 0 to 1.
  func wait(lifetime: Double?, random: Double) -> Double {
    let lifetime = max(lifetime ?? Self.unknownLifetime, 0)
    var wait = lifetime * 0.8 * (0.9 + 0.2 * random)
    if let refreshBefore {
      wait = min(wait, refreshBefore < lifetime * 0.95 ? lifetime - refreshBefore : lifetime / 2)
    }
    return max(wait, Self.shortestWait)
  }
}
