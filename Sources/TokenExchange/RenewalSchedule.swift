/// When a token that is kept fresh is exchanged for the next one.
public struct RenewalSchedule: Sendable, Equatable {
  /// Seconds that the old token must have left at the latest; nil for 80 % of its life alone.
  public var refreshBefore: Double?

  /// Makes a plan.
  public init(refreshBefore: Double? = nil) { self.refreshBefore = refreshBefore }

  /// Seconds for which a token with no readable end is taken to be good.
  public static let unknownLife = 60.0
  /// No token is so short-lived that Dex is asked more often than this, in seconds.
  static let shortestWait = 1.0

  /// How long to wait with the next renewal: 80 % of the life, give or take a tenth of that, so
  /// that many pods that started together drift apart; or until `refreshBefore`, if that is earlier.
  ///
  /// A `refreshBefore` that covers the whole life, or all but a moment, would have Dex asked without
  /// a pause: then it is half of the life.
  ///
  /// - Parameters:
  ///   - life: Seconds that the new token is good for; nil if nobody knows.
  ///   - random: A number from 0 to 1.
  /// - Returns: Seconds.
  public func wait(life: Double?, random: Double) -> Double {
    let life = max(life ?? Self.unknownLife, 0)
    var wait = life * 0.8 * (0.9 + 0.2 * random)
    if let refreshBefore {
      wait = min(wait, refreshBefore < life * 0.95 ? life - refreshBefore : life / 2)
    }
    return max(wait, Self.shortestWait)
  }
}
