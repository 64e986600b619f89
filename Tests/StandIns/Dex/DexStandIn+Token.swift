import Foundation
import Synchronization
package import TestSupport

/// The token endpoint. The checks are in Dex's order.
extension DexExchange {
  private static let idToken = "urn:ietf:params:oauth:token-type:id_token"
  private static let accessToken = "urn:ietf:params:oauth:token-type:access_token"

  func token() throws -> LoopbackResponse {
    guard request.method == "POST" else { return .error("invalid_request", "method not allowed") }
    let grant = body("grant_type")
    guard configuration.grants.contains(grant) else { return .error("unsupported_grant_type") }
    if grant == GrantType.deviceCode { return try pollDevice() }
    let client = try client.id
    switch grant {
    case GrantType.tokenExchange: return try exchange(for: client)
    case GrantType.refreshToken: return try refresh(for: client)
    default: return try redeemCode(for: client)
    }
  }

  private func exchange(for client: String) throws -> LoopbackResponse {
    let subjectType = any("subject_token_type")
    guard [Self.idToken, Self.accessToken].contains(subjectType) else {
      return .error("request_not_supported", "Invalid subject_token_type.")
    }
    let subject = any("subject_token")
    guard !subject.isEmpty else { return .error("invalid_request", "Missing subject_token") }
    let connector = configuration.connector(any("connector_id"))
    guard let connector, connector.kind != .other else {
      return .error("invalid_request", "Requested connector does not exist.")
    }
    let identity =
      connector.kind == .mock
      ? DexIdentity.mock(connector: connector.id)
      : DexIdentity(
        subjectToken: subject, connector: connector, isIDToken: subjectType == Self.idToken,
        now: configuration.time)
    guard let identity else { return .error("access_denied", status: 401) }
    var requested = any("requested_token_type")
    if requested.isEmpty { requested = Self.accessToken }
    guard [Self.idToken, Self.accessToken].contains(requested) else {
      return .error("request_not_supported", "Invalid requested_token_type.")
    }
    let token = try dex.tokens.token(
      for: identity, client: client, scopes: scopes,
      hashing: requested == Self.accessToken ? DexLogins.randomID() : nil)
    var response = LoopbackResponse.tokens([
      "access_token": .string(token), "issued_token_type": .string(requested),
      "token_type": "bearer", "expires_in": dex.tokens.expiresIn,
    ])
    response.body.append(0x0A)
    return response
  }

  private func refresh(for client: String) throws -> LoopbackResponse {
    let code = body("refresh_token")
    guard !code.isEmpty else {
      return .error("invalid_request", "No refresh token is found in request.")
    }
    let entry = try logins { try $0.rotate(code, client: client, configuration) }
    if configuration.isNextVersion, configuration.hasMemoryStorage,
      entry.uses > 1 || configuration.passwords[entry.identity.userID] != nil
    {
      logins { $0.isStuck = true }
      return .fault(.hang)
    }
    let further = scopes.filter { !entry.scopes.contains($0) }
    guard further.isEmpty else {
      return .error(
        "invalid_request",
        "Requested scopes contain unauthorized scope(s): \(further.goQuoted).")
    }
    return .tokens(
      try dex.tokens.loginResponse(
        for: entry.identity, client: client, scopes: scopes.isEmpty ? entry.scopes : scopes,
        nonce: entry.nonce, refreshToken: entry.code))
  }

  private func redeemCode(for client: String) throws -> LoopbackResponse {
    let code = body("code")
    guard !code.isEmpty else { return .error("invalid_request", "Required param: code.") }
    let invalid = LoopbackResponse.error("invalid_grant", "Invalid or expired code parameter.")
    guard let entry = logins({ $0.codes.first { $0.code == code } }) else { return invalid }
    let authorization = entry.authorization
    guard configuration.time <= entry.expiry, authorization.client == client,
      let identity = authorization.identity
    else { return configuration.isNextVersion ? invalid : .error("server_error", status: 500) }
    // The verifier of a program under test, which it must not show.
    let verifier = body("code_verifier")
    if !verifier.isEmpty { logins { $0.remember(verifier) } }
    try authorization.challenge.check(verifier)
    guard body("redirect_uri") == authorization.redirectURI else {
      return .error("invalid_request", "redirect_uri did not match URI from initial request.")
    }
    logins { $0.codes.removeAll { $0.code == code } }
    return .tokens(
      try dex.issueTokens(
        to: identity, client: client, scopes: authorization.scopes, nonce: authorization.nonce))
  }

  /// The authenticated client, or Dex's error.
  private var client: DexConfiguration.Client {
    get throws {
      var (id, secret) = (body("client_id"), body("client_secret"))
      // Basic takes precedence over the form, and both its parts are form-decoded (RFC 6749,
      // section 2.3.1).
      let words = (request.header("Authorization") ?? "").split(separator: " ", maxSplits: 1)
      if words.count == 2, words[0].lowercased() == "basic",
        let basic = Data(base64Encoded: String(words[1]))
      {
        let parts = String(decoding: basic, as: UTF8.self)
          .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        func decoded(_ index: Int, _ name: String) throws -> String {
          if let text = FormFields.unescape(parts[index]) { return text }
          throw LoopbackResponse.error("invalid_request", "\(name) improperly encoded")
        }
        if parts.count == 2 {
          id = try decoded(0, "client_id")
          secret = try decoded(1, "client_secret")
        }
      }
      guard let client = configuration.client(id), client.secret == secret else {
        throw LoopbackResponse.error("invalid_client", "Invalid client credentials.", status: 401)
      }
      return client
    }
  }
}

extension DexStandIn {
  fileprivate var tokens: DexTokenIssuer {
    DexTokenIssuer(configuration: configuration, issuer: issuer)
  }

  /// Issues the tokens of a login, with a refresh token if the scopes and the connector allow one.
  func issueTokens(
    to identity: DexIdentity, client: String, scopes: [String], nonce: String?
  ) throws -> JSONValue {
    let configuration = configuration
    let refreshes =
      scopes.contains("offline_access")
      && configuration.connector(identity.connector)?.refreshes == true
      && configuration.grants.contains(GrantType.refreshToken)
    let refreshToken = refreshes ? issueRefresh(to: identity, client, scopes, nonce) : nil
    return try tokens.loginResponse(
      for: identity, client: client, scopes: scopes, nonce: nonce, refreshToken: refreshToken,
      code: DexLogins.randomID())
  }

  private func issueRefresh(
    to identity: DexIdentity, _ client: String, _ scopes: [String], _ nonce: String?
  ) -> String {
    let now = configuration.time
    return logins.withLock {
      $0.issueRefresh(for: identity, client: client, scopes: scopes, nonce: nonce, now: now)
    }
  }

  /// Signs a user in without a browser, and returns the response of the token endpoint.
  package func signIn(
    as identity: DexIdentity, client: String, scopes: [String]
  ) throws -> JSONValue {
    let isKept = scopes.contains("offline_access")
    return try tokens.loginResponse(
      for: identity, client: client, scopes: scopes, nonce: nil,
      refreshToken: isKept ? issueRefresh(to: identity, client, scopes, nil) : nil)
  }

  /// Invalidates all refresh tokens, as when Dex loses its storage or an admin deletes them.
  package func revokeRefreshTokens() { logins.withLock { $0.refreshes = [] } }
}

extension [String] {
  /// The list as Go's `%q` writes it.
  var goQuoted: String { "[" + map { "\"\($0)\"" }.joined(separator: " ") + "]" }
}

extension LoopbackResponse {
  /// A response of the token endpoint.
  fileprivate static func tokens(_ value: JSONValue) -> LoopbackResponse {
    json(value, headers: [("Cache-Control", "no-store"), ("Pragma", "no-cache")])
  }
}
