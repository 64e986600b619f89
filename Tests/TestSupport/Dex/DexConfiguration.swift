public import Foundation

/// The configuration of a Dex stand-in: the settings of Dex that affect responses.
public struct DexConfiguration: Sendable {
  /// One of Dex's `staticClients`.
  public struct Client: Sendable {
    /// `id`.
    public var id: String
    /// `secret`; empty for none.
    public var secret: String
    /// `public`; it has no effect at the token endpoint, as in Dex.
    public var isPublic: Bool
    /// `trustedPeers`: clients that may request this one as their audience.
    public var trustedPeers: [String]
    /// `redirectURIs`.
    public var redirectURIs: [String]
    /// `name`, as shown on pages.
    public var name: String

    /// Makes a client.
    public init(
      id: String, secret: String = "", isPublic: Bool? = nil, trustedPeers: [String] = [],
      redirectURIs: [String] = [], name: String? = nil
    ) {
      self.id = id
      self.redirectURIs = redirectURIs
      self.name = name ?? id
      self.secret = secret
      KnownSecrets.add(secret, .client)
      self.isPublic = isPublic ?? secret.isEmpty
      self.trustedPeers = trustedPeers
    }
  }

  /// One of Dex's `connectors`.
  public struct Connector: Sendable {
    /// `type`.
    public enum Kind: Sendable {
      /// `oidc`: verifies subject tokens.
      case oidc
      /// `mockCallback`: accepts any subject token and returns a fixed identity.
      case mock
      /// A type that cannot exchange tokens, such as `ldap` or the password database.
      case other
    }

    /// `id`.
    public var id: String
    /// `type`.
    public var kind: Kind
    /// `config.issuer`.
    public var issuer: String
    /// The issuer's keys, which a real Dex fetches.
    public var keys: [RSAKey]
    /// `config.scopes`; Dex's default requests profile and email, which service accounts lack.
    public var scopes = ["openid"]
    /// `config.userNameKey`; Dex's default is `name`.
    public var userNameKey = "sub"
    /// `config.getUserInfo`; a service account issuer has no such endpoint, so every exchange fails.
    public var getsUserInfo = false
    /// `config.insecureEnableGroups`.
    public var takesGroups = false
    /// Whether logins through this connector can be refreshed.
    public var refreshes = true

    /// Makes a connector.
    public init(id: String, kind: Kind = .oidc, issuer: String = "", keys: [RSAKey] = []) {
      self.id = id
      self.kind = kind
      self.issuer = issuer
      self.keys = keys
    }
  }

  /// The path of the issuer's URL.
  public var issuerPath = "/dex"
  /// `issuer`, if it is not the server's plain address, as behind TLS.
  public var issuer: String?
  /// `staticClients`.
  public var clients: [Client]
  /// `connectors`.
  public var connectors: [Connector]
  /// `expiry.idTokens` in seconds; Dex's default is 24 hours.
  public var tokenLifetime = 86_400.0
  /// `oauth2.grantTypes`.
  public var grants = GrantType.all
  /// The key that signs Dex's tokens.
  public var signingKey: RSAKey
  /// Further keys in the key set, as after a rotation.
  public var furtherKeys: [RSAKey] = []
  /// The clock.
  public var now: @Sendable () -> Date = { Date() }
  /// Changes the claims of Dex's tokens just before they are signed, such as to a wrong `iss` or
  /// `aud`.
  public var changeClaims: (@Sendable (inout JSONObject) -> Void)?
  /// `expiry.deviceRequests` in seconds.
  public var deviceLifetime = 300
  /// The polling interval of the device flow, in seconds.
  public var deviceInterval = 5
  /// The seconds that each poll that is too early adds to the interval.
  public var deviceSlowDown = 5.0
  /// Seconds during which the previous refresh token is still accepted; Dex's default is 3.
  public var refreshReuseInterval = 0.0
  /// Seconds after which an unused refresh token is rejected.
  public var refreshLifetime: Double?
  /// Seconds after which a login's refresh tokens are rejected, used or not.
  public var refreshAbsoluteLifetime: Double?
  /// The opposite of `expiry.refreshTokens.disableRotation`.
  public var rotatesRefreshTokens = true
  /// `expiry.authRequests` in seconds.
  public var authorizationLifetime = 86_400.0
  /// `oauth2.skipApprovalScreen`.
  public var skipsApproval = false
  /// `oauth2.alwaysShowLoginScreen`.
  public var alwaysShowsLoginScreen = false
  /// `oauth2.responseTypes`.
  public var responseTypes = ["code"]
  /// Whether this is the unreleased Dex after 2.45, as the notes of the recordings describe it.
  public var isNextVersion = false
  /// `storage.type: memory`: the next version hangs at a refresh.
  public var hasMemoryStorage = false
  /// The password database: passwords by email address, for connectors of type `other`.
  public var passwords: [String: String] = [:]

  /// The redirect URI of the device flow's own login.
  var deviceCallback: String { (isNextVersion ? issuerPath : "") + "/device/callback" }

  /// Makes a configuration.
  public init(clients: [Client], connectors: [Connector], signingKey: RSAKey) {
    self.clients = clients
    self.connectors = connectors
    self.signingKey = signingKey
  }

  /// The configuration of the documentation: connector `argocd-cluster`, client `target-cluster`.
  public static func standard(
    signingKey: RSAKey, cluster: ServiceAccountIssuer
  ) -> DexConfiguration {
    DexConfiguration(
      clients: [
        Client(id: "target-cluster"),
        Client(id: "target-cluster-readme", secret: "not-a-secret", isPublic: true),
        Client(id: "conf-client", secret: "conf-secret"),
        Client(id: "conf-odd", secret: "a+b%2Fc:d e&f"),
        Client(id: "trusting-cluster", trustedPeers: ["target-cluster"]),
        Client(id: "aloof-cluster"),
      ],
      connectors: [
        Connector(id: "argocd-cluster", issuer: cluster.issuer, keys: [cluster.key]),
        Connector(id: "mock", kind: .mock),
        Connector(id: "local", kind: .other),
      ], signingKey: signingKey)
  }
}
