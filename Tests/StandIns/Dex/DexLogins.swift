import Foundation
import TestSupport

/// PKCE (RFC 7636): the challenge of a sign-in.
struct DexChallenge: Sendable {
  var text = ""
  var method = ""

  /// Throws Dex's error for a wrong code verifier.
  func check(_ verifier: String) throws {
    guard !text.isEmpty else {
      if verifier.isEmpty { return }
      throw LoopbackResponse.error(
        "invalid_request", "No PKCE flow started. Cannot check code_verifier.")
    }
    guard !verifier.isEmpty else {
      throw LoopbackResponse.error(
        "invalid_grant", "Expecting parameter code_verifier in PKCE flow.")
    }
    let isHash = method == "S256"
    guard text == (isHash ? Base64URL.encode(RSAKey.sha256(Array(verifier.utf8))) : verifier) else {
      throw LoopbackResponse.error("invalid_grant", "Invalid code_verifier.")
    }
  }
}

/// The login state in Dex's storage.
struct DexLogins: Sendable {
  /// A browser login until it gets a code.
  struct Authorization: Sendable {
    let id = DexLogins.randomID()
    let hmac = Base64URL.encode((0..<32).map { _ in UInt8.random(in: 0...255) })
    let client: String
    let connector: String
    let redirectURI: String
    let scopes: [String]
    let state: String
    let nonce: String?
    let challenge: DexChallenge
    let forcesApproval: Bool
    let expiry: Double
    var identity: DexIdentity?
    /// Whether the user approved the request.
    var isApproved = false
  }

  struct Code: Sendable {
    let code: String
    let authorization: Authorization
    let expiry: Double
  }

  /// A device code and its state.
  struct Device: Sendable {
    let deviceCode: String
    let userCode: String
    let client: String
    let scopes: [String]
    let challenge: DexChallenge
    var expiry: Double
    var lastPoll: Double?
    var interval = 0.0
    /// The response once the user is signed in; Dex returns the same one for each poll.
    var response: String?
  }

  /// A refresh token: one for each user, client and connector.
  struct Refresh: Sendable {
    let id = DexLogins.randomID()
    var token = DexLogins.randomID()
    var obsolete: String?
    let created: Double
    var lastUsed: Double
    let identity: DexIdentity
    let client: String
    let scopes: [String]
    let nonce: String?
    /// The number of refreshes.
    var uses = 0

    /// The token as the client holds it.
    var code: String { DexIdentity.protobuf(id, token) }
    /// The one before it.
    var obsoleteCode: String? { obsolete.map { DexIdentity.protobuf(id, $0) } }
  }

  /// Every code and token issued; none of them may appear in any output.
  private(set) var secrets: [String] = []
  var authorizations: [Authorization] = []
  var codes: [Code] = []
  var devices: [Device] = []
  var refreshes: [Refresh] = []
  /// Whether a refresh hangs, and everything that needs the storage with it.
  var isStuck = false

  /// Letters and digits, like the IDs in Dex's storage.
  static func randomID(length: Int = 25) -> String {
    String((0..<length).map { _ in "abcdefghijklmnopqrstuvwxyz234567".randomElement() ?? "a" })
  }

  func authorization(_ id: String) -> Authorization? { authorizations.first { $0.id == id } }

  /// Changes an authorization, if there is one with that ID, and returns it.
  mutating func change(
    _ id: String, _ change: (inout Authorization) -> Void
  ) -> Authorization? {
    guard let index = authorizations.firstIndex(where: { $0.id == id }) else { return nil }
    change(&authorizations[index])
    return authorizations[index]
  }

  /// Records an issued secret, for these tests and for every program that they run.
  mutating func remember(_ secret: String) {
    secrets.append(secret)
    KnownSecrets.add(secret, .login)
  }

  /// Stores a new refresh token; it replaces the one of the same user and client.
  mutating func issueRefresh(
    for identity: DexIdentity, client: String, scopes: [String], nonce: String?, now: Double
  ) -> String {
    refreshes.removeAll {
      $0.client == client && $0.identity.userID == identity.userID
        && $0.identity.connector == identity.connector
    }
    let refresh = Refresh(
      created: now, lastUsed: now, identity: identity, client: client, scopes: scopes, nonce: nonce)
    refreshes.append(refresh)
    remember(refresh.code)
    return refresh.code
  }

  /// Uses a refresh token: each use returns a new one and invalidates the one before it.
  mutating func rotate(
    _ code: String, client: String, _ configuration: DexConfiguration
  ) throws -> Refresh {
    let message = "Refresh token is invalid or has already been claimed by another client."
    let invalid = LoopbackResponse.error("invalid_request", message)
    let now = configuration.time
    let found = refreshes.firstIndex { $0.code == code || $0.obsoleteCode == code }
    guard let index = found else { throw invalid }
    refreshes[index].uses += 1
    let entry = refreshes[index]
    guard entry.client == client else { throw LoopbackResponse.error("invalid_grant", message) }
    let age = now - entry.lastUsed
    guard age <= configuration.refreshLifetime,
      now - entry.created <= configuration.refreshAbsoluteLifetime
    else { throw LoopbackResponse.error("invalid_request", "Refresh token expired.") }
    let reuse = configuration.refreshReuseInterval
    let isReuse = reuse > 0 && age <= reuse
    if entry.code != code {
      // Two uses at nearly the same time get the same new token; later the old one is invalid.
      guard isReuse else { throw invalid }
      return entry
    }
    if isReuse { return entry }
    refreshes[index].lastUsed = now
    guard configuration.rotatesRefreshTokens else { return entry }
    refreshes[index].obsolete = entry.token
    refreshes[index].token = Self.randomID()
    remember(refreshes[index].code)
    return refreshes[index]
  }
}

/// Issues Dex's tokens, with the claims in Dex's order.
struct DexTokenIssuer {
  /// A peer does not trust the client: Dex reports a server error.
  struct Untrusted: Error {}

  /// The prefix of the client in a scope for another audience.
  static let peerPrefix = "audience:server:client_id:"
  let configuration: DexConfiguration
  let issuer: String

  /// Signs a token for a client; an access token differs by a random hash.
  func token(
    for identity: DexIdentity, client: String, scopes: [String], nonce: String? = nil,
    hashing accessToken: String?, code: String? = nil
  ) throws -> String {
    let now = Int(configuration.time.rounded(.down))
    let audience = try audience(client: client, scopes: scopes)
    let isNext = configuration.isNextVersion
    /// A claim that depends on a scope, unless it is empty.
    func claim(_ scope: String, _ text: String) -> JSONValue? {
      scopes.contains(scope) && !text.isEmpty ? .string(text) : nil
    }
    func half(_ text: String) -> JSONValue {
      .string(Base64URL.encode(RSAKey.sha256(Array(text.utf8)).prefix(16)))
    }
    var claims: JSONObject = [
      "iss": .string(issuer), "sub": .string(identity.subject),
      "aud": audience.count == 1 ? .string(audience[0]) : .strings(audience),
      "exp": .integer(Int((configuration.time + configuration.tokenLifetime).rounded(.down))),
      "iat": .integer(now), "azp": audience.count > 1 ? .string(client) : nil,
      "jti": isNext ? .string(DexLogins.randomID()) : nil,
      "auth_time": isNext && code != nil ? .integer(now) : nil,
      "nonce": nonce.map(JSONValue.string), "at_hash": accessToken.map(half),
      "c_hash": code.map(half), "email": claim("email", identity.email),
      "email_verified": scopes.contains("email") ? .bool(identity.emailVerified) : nil,
      "groups": scopes.contains("groups") && !identity.groups.isEmpty
        ? .strings(identity.groups) : nil,
      "name": claim("profile", identity.name),
      "preferred_username": claim("profile", identity.preferredName),
      "federated_claims": scopes.contains("federated:id")
        ? ["connector_id": .string(identity.connector), "user_id": .string(identity.userID)] : nil,
    ]
    configuration.changeClaims?(&claims)
    let token = JWT.sign(.object(claims), with: configuration.signingKey)
    KnownSecrets.add(token, .issued)
    return token
  }

  /// Dex's `expires_in` in seconds: truncated, after a moment has already passed.
  var expiresIn: JSONValue { .integer(max(0, Int(configuration.tokenLifetime) - 1)) }

  /// The response to a login, or to a refresh, which has no code.
  func loginResponse(
    for identity: DexIdentity, client: String, scopes: [String], nonce: String?,
    refreshToken: String?, code: String? = nil
  ) throws -> JSONValue {
    let access = try token(
      for: identity, client: client, scopes: scopes, nonce: nonce, hashing: DexLogins.randomID())
    let id = try token(
      for: identity, client: client, scopes: scopes, nonce: nonce, hashing: access, code: code)
    return [
      "access_token": .string(access), "token_type": "bearer", "expires_in": expiresIn,
      "refresh_token": refreshToken.map(JSONValue.string), "id_token": .string(id),
    ]
  }

  private func audience(client: String, scopes: [String]) throws -> [String] {
    var audience = scopes.filter { $0.hasPrefix(Self.peerPrefix) }
      .map { String($0.dropFirst(Self.peerPrefix.count)) }
    guard audience.allSatisfy({ configuration.trusts(client, at: $0) }) else { throw Untrusted() }
    if !audience.contains(client) { audience.append(client) }
    return audience
  }
}
