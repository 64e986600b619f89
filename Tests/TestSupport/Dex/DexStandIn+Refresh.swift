import Foundation
import Synchronization

/// Refresh tokens: each use returns a new one and invalidates the one before it.
extension DexStandIn {
  func refresh(
    _ request: DexTokenRequest, for client: DexConfiguration.Client,
    _ configuration: DexConfiguration
  ) throws -> LoopbackResponse {
    let code = request.body("refresh_token")
    guard !code.isEmpty else {
      return DexTokenRequest.error("invalid_request", "No refresh token is found in request.")
    }
    let now = configuration.now().timeIntervalSince1970
    let renewed = logins.withLock { logins in
      Self.rotate(&logins, code: code, client: client.id, now: now, configuration)
    }
    let entry = try renewed.get()
    if configuration.isNextVersion, configuration.hasMemoryStorage,
      entry.uses > 1 || configuration.passwords[entry.identity.userID] != nil
    {
      logins.withLock { $0.isStuck = true }
      return .fault(.hang)
    }
    let asked = request.scopes
    let further = asked.filter { !entry.scopes.contains($0) }
    guard further.isEmpty else {
      let list = further.map { "\"\($0)\"" }.joined(separator: " ")
      return DexTokenRequest.error(
        "invalid_request", "Requested scopes contain unauthorized scope(s): [\(list)].")
    }
    let tokens = DexTokenIssuer(configuration: configuration, issuer: issuer)
    let response = try tokens.loginResponse(
      for: entry.identity, client: client.id, scopes: asked.isEmpty ? entry.scopes : asked,
      nonce: entry.nonce, refreshToken: entry.code, code: nil)
    return .tokens(response)
  }

  private static func rotate(
    _ logins: inout DexLogins, code: String, client: String, now: Double,
    _ configuration: DexConfiguration
  ) -> Result<DexLogins.Refresh, DexRefusal> {
    let refused = "Refresh token is invalid or has already been claimed by another client."
    let index = logins.refreshes.firstIndex {
      $0.code == code || $0.obsolete.map { [id = $0.id] in DexIdentity.protobuf(id, $0) } == code
    }
    guard let index else { return .refused("invalid_request", refused) }
    logins.refreshes[index].uses += 1
    let entry = logins.refreshes[index]
    guard entry.client == client else { return .refused("invalid_grant", refused) }
    let age = now - entry.lastUsed
    let unused = configuration.refreshLifetime ?? .infinity
    let absolute = configuration.refreshAbsoluteLifetime ?? .infinity
    if age > unused || now - entry.created > absolute {
      return .refused("invalid_request", "Refresh token expired.")
    }
    if entry.code != code {
      // Two uses at nearly the same time get the same new token; later the old one is invalid.
      guard age <= configuration.refreshReuseInterval, configuration.refreshReuseInterval > 0
      else { return .refused("invalid_request", refused) }
      return .success(entry)
    }
    let isReused =
      configuration.refreshReuseInterval > 0 && age <= configuration.refreshReuseInterval
    if isReused || !configuration.rotatesRefreshTokens {
      logins.refreshes[index].lastUsed = isReused ? entry.lastUsed : now
      return .success(entry)
    }
    logins.refreshes[index].obsolete = entry.token
    logins.refreshes[index].token = DexTokenIssuer.randomID()
    logins.refreshes[index].lastUsed = now
    logins.remember(logins.refreshes[index].code)
    return .success(logins.refreshes[index])
  }

  /// Signs a user in without a browser.
  ///
  /// - Returns: The response of the token endpoint.
  public func signIn(
    as identity: DexIdentity, client: String, scopes: [String]
  ) throws -> JSONValue {
    let configuration = configuration
    let now = configuration.now().timeIntervalSince1970
    let refreshToken = logins.withLock { logins in
      scopes.contains("offline_access")
        ? logins.issueRefresh(for: identity, client: client, scopes: scopes, nonce: nil, now: now)
        : nil
    }
    return try DexTokenIssuer(configuration: configuration, issuer: issuer).loginResponse(
      for: identity, client: client, scopes: scopes, nonce: nil, refreshToken: refreshToken,
      code: nil)
  }

  /// Invalidates all refresh tokens, as when Dex loses its storage or an admin deletes them.
  public func revokeRefreshTokens() { logins.withLock { $0.refreshes = [] } }
}
