import Encoding

/// The scopes of Dex.
public enum DexScope {
  /// The scopes that Dex knows; it ignores others silently.
  public static let known = [
    "openid", "profile", "email", "groups", "offline_access", "federated:id",
  ]

  /// The prefix of a scope that requests another client's ID in `aud` (Dex's trusted peers).
  private static let audiencePrefix = "audience:server:client_id:"

  /// Whether a scope requests another client's ID in `aud`.
  public static func isAudience(_ scope: String) -> Bool { scope.hasPrefix(audiencePrefix) }

  /// Whether Dex knows a scope.
  public static func isKnown(_ scope: String) -> Bool {
    known.contains(scope) || isAudience(scope)
  }

  /// All scopes to send: the requested ones, then the scope for each audience, without duplicates.
  ///
  /// - Parameters:
  ///   - scopes: The requested scopes.
  ///   - audiences: Client IDs that `aud` must contain.
  /// - Returns: The scopes, in this order.
  public static func all(_ scopes: [String], audiences: [String]) -> [String] {
    (scopes + audiences.map { audiencePrefix + $0 }).uniqued()
  }
}
