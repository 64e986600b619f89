/// A user as identified by a connector.
public struct DexIdentity: Sendable, Equatable {
  /// The connector's id.
  public var connector: String
  /// The user's ID at the connector.
  public var userID: String
  /// The `name` claim.
  public var name: String
  /// The `preferred_username` claim.
  public var preferredName: String
  /// The `email` claim; nil leaves it out.
  public var email: String
  /// The `email_verified` claim.
  public var emailVerified: Bool
  /// The `groups` claim.
  public var groups: [String]

  /// Makes an identity.
  public init(
    connector: String, userID: String, name: String = "", preferredName: String = "",
    email: String = "", emailVerified: Bool = false, groups: [String] = []
  ) {
    self.connector = connector
    self.userID = userID
    self.name = name
    self.preferredName = preferredName
    self.email = email
    self.emailVerified = emailVerified
    self.groups = groups
  }

  /// The fixed identity of Dex's mock connector.
  public static func mock(connector: String = "mock") -> DexIdentity {
    DexIdentity(
      connector: connector, userID: "0-385-28089-0", name: "Kilgore Trout",
      email: "kilgore@kilgore.trout", emailVerified: true, groups: ["authors"])
  }

  /// Dex's opaque `sub`: base64url of the protobuf {1: user ID, 2: connector ID}.
  public var subject: String { Self.protobuf(userID, connector) }

  static func protobuf(_ first: String, _ second: String) -> String {
    Base64URL.encode(field(1, first) + field(2, second))
  }

  private static func field(_ number: UInt8, _ text: String) -> [UInt8] {
    guard !text.isEmpty else { return [] }
    var length = text.utf8.count
    var bytes = [number << 3 | 2]
    while length > 0x7F {
      bytes.append(UInt8(length & 0x7F) | 0x80)
      length >>= 7
    }
    return bytes + [UInt8(length)] + Array(text.utf8)
  }

  /// The identity that an `oidc` connector reads from a subject token; nil for Dex's
  /// `access_denied`.
  init?(
    subjectToken: String, connector: DexConfiguration.Connector, isIDToken: Bool, now: Double
  ) {
    // Both the type access_token and getUserInfo need a userinfo endpoint, which does not exist.
    guard isIDToken, !connector.getsUserInfo, let token = JWT(subjectToken),
      token.isSigned(byOneOf: connector.keys),
      token.claims["iss"]?.string == connector.issuer,
      let expiry = token.claims["exp"]?.number, expiry >= now,
      // go-oidc allows five minutes of clock skew for nbf and none for exp.
      (token.claims["nbf"]?.number ?? 0) <= now + 300,
      let subject = token.claims["sub"]?.string,
      let name = token.claims[connector.userNameKey]?.string
    else { return nil }
    let email = token.claims["email"]?.string
    let verified = token.claims["email_verified"]?.bool
    if connector.scopes.contains("email"), email == nil || verified == nil { return nil }
    self.init(
      connector: connector.id, userID: subject, name: name,
      preferredName: token.claims["preferred_username"]?.string ?? "", email: email ?? "",
      emailVerified: verified ?? false,
      groups: connector.takesGroups
        ? token.claims["groups"]?.array?.compactMap(\.string) ?? [] : [])
  }
}
