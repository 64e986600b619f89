import Encoding

/// What Dex makes of scopes.
public enum DexScope {
  /// The scopes that Dex acts on; it passes over others without a word.
  public static let known = [
    "openid", "profile", "email", "groups", "offline_access", "federated:id",
  ]

  /// The beginning of a scope that asks for another client's ID in `aud` (Dex's trusted peers).
  private static let audiencePrefix = "audience:server:client_id:"

  /// Whether a scope asks for another client's ID in `aud`.
  public static func isAudience(_ scope: String) -> Bool { scope.hasPrefix(audiencePrefix) }

  /// Whether Dex acts on a scope.
  public static func isKnown(_ scope: String) -> Bool {
    known.contains(scope) || isAudience(scope)
  }

  /// All scopes to send: those asked for, then the scope for each audience, none twice.
  ///
  /// - Parameters:
  ///   - scopes: The scopes asked for.
  ///   - audiences: Client IDs that the token must be for.
  /// - Returns: The scopes, in this order.
  public static func all(_ scopes: [String], audiences: [String]) -> [String] {
    (scopes + audiences.map { audiencePrefix + $0 }).uniqued()
  }
}
