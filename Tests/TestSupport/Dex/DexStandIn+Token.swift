import Foundation

/// The token endpoint. The checks are in Dex's order.
extension DexStandIn {
  private static let prefix = "urn:ietf:params:oauth:token-type:"

  func token(_ request: LoopbackRequest) -> LoopbackResponse {
    let request = DexTokenRequest(request)
    guard request.method == "POST" else {
      return DexTokenRequest.error("invalid_request", "method not allowed")
    }
    let configuration = configuration
    let grant = request.body("grant_type")
    guard configuration.grants.contains(grant) else {
      return DexTokenRequest.error("unsupported_grant_type")
    }
    if grant == GrantType.deviceCode { return pollDevice(request) }
    do {
      let client = try request.client(among: configuration.clients).get()
      switch grant {
      case GrantType.tokenExchange: return try exchange(request, for: client, configuration)
      case GrantType.refreshToken: return try refresh(request, for: client, configuration)
      default: return try redeemCode(request, for: client, configuration)
      }
    } catch let refusal as DexRefusal {
      return refusal.response
    } catch {
      return DexTokenRequest.error("server_error", status: 500)
    }
  }

  private func exchange(
    _ request: DexTokenRequest, for client: DexConfiguration.Client,
    _ configuration: DexConfiguration
  ) throws -> LoopbackResponse {
    let subjectType = request.any("subject_token_type")
    guard [Self.prefix + "id_token", Self.prefix + "access_token"].contains(subjectType) else {
      return DexTokenRequest.error("request_not_supported", "Invalid subject_token_type.")
    }
    let subject = request.any("subject_token")
    guard !subject.isEmpty else {
      return DexTokenRequest.error("invalid_request", "Missing subject_token")
    }
    let id = request.any("connector_id")
    guard let connector = configuration.connectors.first(where: { $0.id == id }),
      connector.kind != .other
    else { return DexTokenRequest.error("invalid_request", "Requested connector does not exist.") }
    let now = configuration.now().timeIntervalSince1970
    let identity =
      connector.kind == .mock
      ? DexIdentity.mock(connector: connector.id)
      : DexIdentity(
        subjectToken: subject, connector: connector,
        isIDToken: subjectType.hasSuffix(":id_token"), now: now)
    guard let identity else { return DexTokenRequest.error("access_denied", status: 401) }
    var requested = request.any("requested_token_type")
    if requested.isEmpty { requested = Self.prefix + "access_token" }
    guard [Self.prefix + "id_token", Self.prefix + "access_token"].contains(requested) else {
      return DexTokenRequest.error("request_not_supported", "Invalid requested_token_type.")
    }
    let tokens = DexTokenIssuer(configuration: configuration, issuer: issuer)
    let token = try tokens.token(
      for: identity, client: client.id, scopes: request.scopes,
      hashing: requested.hasSuffix(":access_token") ? DexTokenIssuer.randomID() : nil)
    let response: JSONValue = [
      "access_token": .string(token), "issued_token_type": .string(requested),
      "token_type": "bearer", "expires_in": tokens.expiresIn,
    ]
    return LoopbackResponse(
      headers: [
        ("Cache-Control", "no-store"), ("Content-Type", "application/json"),
        ("Pragma", "no-cache"),
      ], body: Array((response.text + "\n").utf8))
  }
}
