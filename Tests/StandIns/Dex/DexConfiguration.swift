package import Foundation
package import TestSupport

/// The grant types that Dex knows.
package enum GrantType {
  package static let tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
  package static let deviceCode = "urn:ietf:params:oauth:grant-type:device_code"
  package static let refreshToken = "refresh_token"
  package static let authorizationCode = "authorization_code"
  /// Dex's default grants, in its order.
  package static let all = [authorizationCode, refreshToken, deviceCode, tokenExchange]
}

/// The settings of Dex that affect responses, with their names in Dex's `config.yaml`.
package struct DexConfiguration: StandInConfiguration {
  /// One of `staticClients`.
  package struct Client: Sendable {
    package let id: String
    /// Empty for none.
    let secret: String
    /// `public`; it has no effect at the token endpoint, as in Dex.
    let isPublic: Bool
    /// Clients that may request this one as their audience.
    let trustedPeers: [String]
    package var redirectURIs: [String]
    /// As shown on pages.
    let name: String

    package init(
      id: String, secret: String = "", isPublic: Bool? = nil, trustedPeers: [String] = [],
      redirectURIs: [String] = [], name: String? = nil
    ) {
      (self.id, self.secret, self.isPublic) = (id, secret, isPublic ?? secret.isEmpty)
      (self.trustedPeers, self.redirectURIs, self.name) = (trustedPeers, redirectURIs, name ?? id)
      KnownSecrets.add(secret, .client)
    }
  }

  /// One of `connectors`.
  package struct Connector: Sendable {
    package enum Kind: Sendable {
      /// `oidc`: verifies subject tokens.
      case oidc
      /// `mockCallback`: accepts any subject token and returns a fixed identity.
      case mock
      /// A type that cannot exchange tokens, such as `ldap` or the password database.
      case other
    }

    package let id: String
    let kind: Kind
    package var issuer: String
    /// The issuer's keys, which a real Dex fetches.
    package var keys: [RSAKey]
    /// Dex's default requests profile and email, which service accounts lack.
    package var scopes = ["openid"]
    /// Dex's default is `name`.
    package var userNameKey = "sub"
    /// `getUserInfo`; a service account issuer has no such endpoint, so every exchange fails.
    package var getsUserInfo = false
    /// Whether logins through this connector can be refreshed.
    package var refreshes = true

    package init(id: String, kind: Kind = .oidc, issuer: String = "", keys: [RSAKey] = []) {
      (self.id, self.kind, self.issuer, self.keys) = (id, kind, issuer, keys)
    }
  }

  /// The path of the issuer's URL.
  package var issuerPath = "/dex"
  /// `issuer`, if it is not the server's plain address, as behind TLS.
  package var issuer: String?
  package var clients: [Client]
  package var connectors: [Connector]
  /// `expiry.idTokens` in seconds; Dex's default is 24 hours.
  package var tokenLifetime = 86_400.0
  /// `oauth2.grantTypes`.
  package var grants = GrantType.all
  /// The key that signs Dex's tokens.
  package var signingKey: RSAKey
  package var now: @Sendable () -> Date = { Date() }
  /// Changes the claims of Dex's tokens just before they are signed, such as to a wrong `iss` or
  /// `aud`.
  package var changeClaims: (@Sendable (inout JSONObject) -> Void)?
  /// `expiry.deviceRequests` in seconds.
  package var deviceLifetime = 300
  /// The polling interval of the device flow, in seconds.
  package var deviceInterval = 5
  /// Seconds during which the previous refresh token is still accepted; Dex's default is 3.
  package var refreshReuseInterval = 0.0
  /// Seconds after which an unused refresh token is rejected.
  package var refreshLifetime = Double.infinity
  /// Seconds after which a login's refresh tokens are rejected, used or not.
  package var refreshAbsoluteLifetime = Double.infinity
  /// The opposite of `expiry.refreshTokens.disableRotation`.
  package var rotatesRefreshTokens = true
  /// `expiry.authRequests` in seconds.
  package var authorizationLifetime = 86_400.0
  /// `oauth2.skipApprovalScreen`.
  package var skipsApproval = false
  /// `oauth2.alwaysShowLoginScreen`.
  package var alwaysShowsLoginScreen = false
  /// `oauth2.responseTypes`.
  package var responseTypes = ["code"]
  /// Whether this is the unreleased Dex after 2.45, as the notes of the recordings describe it.
  package var isNextVersion = false
  /// `storage.type: memory`: the next version hangs at a refresh.
  package var hasMemoryStorage = false
  /// The password database: passwords by email address, for connectors of type `other`.
  package var passwords: [String: String] = [:]

  package init(clients: [Client], connectors: [Connector], signingKey: RSAKey) {
    (self.clients, self.connectors, self.signingKey) = (clients, connectors, signingKey)
  }

  /// The configuration of the documentation: connector `argocd-cluster`, client `target-cluster`.
  package static func standard(
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
        Connector(id: "mock", kind: .mock), Connector(id: "local", kind: .other),
      ], signingKey: signingKey)
  }

  var time: Double { now().timeIntervalSince1970 }
  /// The redirect URI of the device flow's own login.
  var deviceCallback: String { (isNextVersion ? issuerPath : "") + "/device/callback" }
  func client(_ id: String) -> Client? { clients.first { $0.id == id } }
  func connector(_ id: String) -> Connector? { connectors.first { $0.id == id } }

  /// Whether a client may request a token for another client, or for itself.
  func trusts(_ id: String, at peer: String) -> Bool {
    peer == id || client(peer)?.trustedPeers.contains(id) == true
  }

  /// Reads clients, connectors, grants and token lifetimes from a `config.yaml` in JSON form.
  ///
  /// Missing members get Dex's defaults, not the stand-in's. A connector's keys are those of the
  /// existing connector with the same issuer; a real Dex would fetch them.
  package mutating func read(_ file: JSONValue) {
    let keys = Dictionary(connectors.map { ($0.issuer, $0.keys) }) { $1 }
    issuer = file["issuer"]?.string ?? issuer
    connectors = (file["connectors"]?.array ?? []).map { file in
      let config = file["config"]
      let issuer = config?["issuerAlias"]?.string ?? config?["issuer"]?.string ?? ""
      var connector = Connector(
        id: file["id"]?.string ?? "", kind: file["type"] == "oidc" ? .oidc : .other,
        issuer: issuer, keys: keys[issuer] ?? [])
      connector.scopes = config?["scopes"]?.strings ?? ["openid", "profile", "email"]
      connector.userNameKey = config?["userNameKey"]?.string ?? "name"
      connector.getsUserInfo = config?["getUserInfo"]?.bool ?? false
      return connector
    }
    clients = (file["staticClients"]?.array ?? []).map { client in
      Client(
        id: client["id"]?.string ?? "", secret: client["secret"]?.string ?? "",
        isPublic: client["public"]?.bool ?? false,
        trustedPeers: client["trustedPeers"]?.strings ?? [],
        redirectURIs: client["redirectURIs"]?.strings ?? [], name: client["name"]?.string)
    }
    let oauth2 = file["oauth2"]
    skipsApproval = oauth2?["skipApprovalScreen"]?.bool ?? false
    alwaysShowsLoginScreen = oauth2?["alwaysShowLoginScreen"]?.bool ?? false
    grants = oauth2?["grantTypes"]?.strings ?? GrantType.all
    // A duration with one unit, such as `10m`.
    let lifetime = file["expiry"]?["idTokens"]?.string ?? "24h"
    let units = ["s": 1.0, "m": 60, "h": 3600]
    let unit = units[String(lifetime.suffix(1))] ?? 1
    tokenLifetime = Double(lifetime.dropLast()).map { $0 * unit } ?? 86_400
  }
}

extension DexConfiguration.Client {
  /// Dex's rule: the URI must match a listed one exactly; a public client without a list may use
  /// loopback.
  func allows(redirectURI: String) -> Bool {
    guard redirectURIs.isEmpty, isPublic else { return redirectURIs.contains(redirectURI) }
    if ["urn:ietf:wg:oauth:2.0:oob", "/device/callback"].contains(redirectURI) { return true }
    guard let url = URLComponents(string: redirectURI), url.scheme == "http",
      let host = url.host?.trimmingCharacters(in: ["[", "]"])
    else { return false }
    return host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }
}

/// A user as identified by a connector.
package struct DexIdentity: Sendable {
  let connector: String
  /// The user's ID at the connector.
  package let userID: String
  let name: String
  let preferredName: String
  let email: String
  let emailVerified: Bool
  let groups: [String]

  package init(
    connector: String = "mock", userID: String, name: String = "", preferredName: String = "",
    email: String = "", emailVerified: Bool = false, groups: [String] = []
  ) {
    (self.connector, self.userID, self.name) = (connector, userID, name)
    (self.preferredName, self.email) = (preferredName, email)
    (self.emailVerified, self.groups) = (emailVerified, groups)
  }

  /// The fixed identity of Dex's mock connector.
  package static func mock(connector: String = "mock") -> DexIdentity {
    DexIdentity(
      connector: connector, userID: "0-385-28089-0", name: "Kilgore Trout",
      email: "kilgore@kilgore.trout", emailVerified: true, groups: ["authors"])
  }

  /// The identity that an `oidc` connector reads from a subject token; nil for Dex's
  /// `access_denied`.
  init?(
    subjectToken: String, connector: DexConfiguration.Connector, isIDToken: Bool, now: Double
  ) {
    // Both the type access_token and getUserInfo need a userinfo endpoint, which does not exist.
    guard isIDToken, !connector.getsUserInfo, let token = JWT(subjectToken),
      token.isSigned(byOneOf: connector.keys), token.claims["iss"]?.string == connector.issuer,
      let expiry = token.claims["exp"]?.number, expiry >= now,
      // go-oidc allows five minutes of clock skew for nbf and none for exp.
      (token.claims["nbf"]?.number ?? 0) <= now + 300, let subject = token.claims["sub"]?.string,
      let name = token.claims[connector.userNameKey]?.string
    else { return nil }
    let email = token.claims["email"]?.string
    let verified = token.claims["email_verified"]?.bool
    if connector.scopes.contains("email"), email == nil || verified == nil { return nil }
    self.init(
      connector: connector.id, userID: subject, name: name,
      preferredName: token.claims["preferred_username"]?.string ?? "", email: email ?? "",
      emailVerified: verified ?? false)
  }

  /// Dex's opaque `sub`.
  var subject: String { Self.protobuf(userID, connector) }

  /// Base64url of the protobuf {1: first, 2: second}.
  static func protobuf(_ first: String, _ second: String) -> String {
    func field(_ number: UInt8, _ text: String) -> [UInt8] {
      guard !text.isEmpty else { return [] }
      var length = text.utf8.count
      var bytes = [number << 3 | 2]
      while length > 0x7F {
        bytes.append(UInt8(length & 0x7F) | 0x80)
        length >>= 7
      }
      return bytes + [UInt8(length)] + Array(text.utf8)
    }
    return Base64URL.encode(field(1, first) + field(2, second))
  }
}
