import Foundation

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
    let now = configuration.now().timeIntervalSince1970
    var claims = JSONObject([("iss", .string(issuer)), ("sub", .string(identity.subject))])
    let audience = try audience(client: client, scopes: scopes)
    claims["aud"] = audience.count == 1 ? .string(audience[0]) : .strings(audience)
    claims["exp"] = .integer(Int((now + configuration.tokenLifetime).rounded(.down)))
    claims["iat"] = .integer(Int(now.rounded(.down)))
    if audience.count > 1 { claims["azp"] = .string(client) }
    if configuration.isNextVersion {
      claims["jti"] = .string(Self.randomID())
      if code != nil { claims["auth_time"] = .integer(Int(now.rounded(.down))) }
    }
    if let nonce { claims["nonce"] = .string(nonce) }
    if let accessToken { claims["at_hash"] = .string(Self.half(accessToken)) }
    if let code { claims["c_hash"] = .string(Self.half(code)) }
    if scopes.contains("email") {
      if !identity.email.isEmpty { claims["email"] = .string(identity.email) }
      claims["email_verified"] = .bool(identity.emailVerified)
    }
    if scopes.contains("groups"), !identity.groups.isEmpty {
      claims["groups"] = .strings(identity.groups)
    }
    if scopes.contains("profile") {
      if !identity.name.isEmpty { claims["name"] = .string(identity.name) }
      if !identity.preferredName.isEmpty {
        claims["preferred_username"] = .string(identity.preferredName)
      }
    }
    if scopes.contains("federated:id") {
      claims["federated_claims"] = [
        "connector_id": .string(identity.connector), "user_id": .string(identity.userID),
      ]
    }
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
    refreshToken: String?, code: String?
  ) throws -> JSONValue {
    let access = try token(
      for: identity, client: client, scopes: scopes, nonce: nonce, hashing: Self.randomID())
    let id = try token(
      for: identity, client: client, scopes: scopes, nonce: nonce, hashing: access, code: code)
    var response = JSONObject([
      ("access_token", .string(access)), ("token_type", "bearer"), ("expires_in", expiresIn),
    ])
    if let refreshToken { response["refresh_token"] = .string(refreshToken) }
    response["id_token"] = .string(id)
    return .object(response)
  }

  private func audience(client: String, scopes: [String]) throws -> [String] {
    var audience: [String] = []
    for scope in scopes where scope.hasPrefix(Self.peerPrefix) {
      let peer = String(scope.dropFirst(Self.peerPrefix.count))
      guard configuration.trusts(client, at: peer) else { throw Untrusted() }
      audience.append(peer)
    }
    return audience.contains(client) ? audience : audience + [client]
  }

  /// 25 random letters and digits, like the IDs in Dex's storage.
  static func randomID(length: Int = 25) -> String {
    String((0..<length).map { _ in "abcdefghijklmnopqrstuvwxyz234567".randomElement() ?? "a" })
  }

  private static func half(_ text: String) -> String {
    Base64URL.encode(RSAKey.sha256(Array(text.utf8)).prefix(16))
  }
}
