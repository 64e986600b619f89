/// What Dex's storage holds of people's logins.
struct DexLogins: Sendable {
  /// A device code and how far its user got.
  struct Device: Sendable {
    var deviceCode: String
    var userCode: String
    var client: String
    var scopes: [String]
    var expiry: Double
    var lastPoll: Double?
    var interval: Double
    /// The answer once the user is signed in; Dex hands out the same one again and again.
    var answer: String?
  }

  /// A refresh token: one for each user, client and connector.
  struct Refresh: Sendable {
    var id: String
    var token: String
    var obsolete: String?
    var lastUsed: Double
    var identity: DexIdentity
    var client: String
    var scopes: [String]

    /// What the client holds.
    var code: String { DexIdentity.protobuf(id, token) }
  }

  /// Everything ever handed out that must never be seen anywhere.
  private(set) var secrets: [String] = []
  var devices: [Device] = []
  var refreshes: [Refresh] = []

  /// Notes what was handed out, for these tests and for whoever runs a program.
  mutating func remember(_ secret: String) {
    secrets.append(secret)
    KnownSecrets.add(secret, .login)
  }

  /// Stores a new refresh token in place of the one that the same user had for this client.
  mutating func issueRefresh(
    for identity: DexIdentity, client: String, scopes: [String], now: Double
  ) -> String {
    refreshes.removeAll {
      $0.client == client && $0.identity.userID == identity.userID
        && $0.identity.connector == identity.connector
    }
    let refresh = Refresh(
      id: DexTokenIssuer.randomID(), token: DexTokenIssuer.randomID(), obsolete: nil,
      lastUsed: now, identity: identity, client: client, scopes: scopes)
    refreshes.append(refresh)
    remember(refresh.code)
    return refresh.code
  }
}
