/// The grant types that Dex knows.
public enum GrantType {
  /// Token exchange (RFC 8693).
  public static let tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
  /// The device flow (RFC 8628).
  public static let deviceCode = "urn:ietf:params:oauth:grant-type:device_code"
  /// A refresh.
  public static let refreshToken = "refresh_token"
  /// The authorization code of a browser login.
  public static let authorizationCode = "authorization_code"
  /// Dex's default grants, in its order.
  public static let all = [authorizationCode, refreshToken, deviceCode, tokenExchange]
}
