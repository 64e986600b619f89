/// The grant types that Dex knows.
public enum GrantType {
  /// The exchange of tokens (RFC 8693).
  public static let tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
  /// The device flow (RFC 8628).
  public static let deviceCode = "urn:ietf:params:oauth:grant-type:device_code"
  /// A refresh.
  public static let refreshToken = "refresh_token"
  /// A sign-in in the browser.
  public static let authorizationCode = "authorization_code"
  /// What Dex offers unless told otherwise, in its order.
  public static let all = [authorizationCode, refreshToken, deviceCode, tokenExchange]
}
