/// A token type identifier of RFC 8693, section 3.
public struct TokenType: Sendable, Equatable, Hashable {
  /// The identifier, such as `urn:ietf:params:oauth:token-type:id_token`.
  public let urn: String

  /// Parses `id_token`, `access_token` or a complete URN; nil for anything else.
  public init?(_ name: String) {
    switch name {
    case "id_token", "access_token": urn = Self.prefix + name
    case let name where name.hasPrefix("urn:") && name.count > 4: urn = name
    default: return nil
    }
  }

  /// An ID token, as which Dex treats a service account token.
  public static let idToken = TokenType(urn: prefix + "id_token")
  /// An access token.
  public static let accessToken = TokenType(urn: prefix + "access_token")

  /// The short name if it has one, else the URN.
  public var name: String {
    urn.hasPrefix(Self.prefix) ? String(urn.dropFirst(Self.prefix.count)) : urn
  }

  private static let prefix = "urn:ietf:params:oauth:token-type:"

  private init(urn: String) { self.urn = urn }
}
