/// `/_control`: the Swift interface for scripts. Not part of Dex, and not counted.
extension DexStandIn {
  /// GET returns the counters; POST takes a JSON object and returns them too.
  ///
  /// Members: `faults` (a list, see ``DexFault/init(_:)``), `clear`, `reset_counters`, `approve` (a
  /// user code, or true for the newest) with `user`, `expire_device_codes`,
  /// `revoke_refresh_tokens`, `token_lifetime`, `device_interval`, `config` (a `config.yaml` as
  /// JSON).
  func control(_ request: LoopbackRequest) -> LoopbackResponse {
    guard request.method == "POST" else { return .json(counters) }
    guard let value = try? JSONValue(parsing: request.body) else {
      return .json(["error": "not JSON"], status: 400)
    }
    if value["clear"]?.bool == true { clearFaults() }
    if value["reset_counters"]?.bool == true { resetCounters() }
    if value["expire_device_codes"]?.bool == true { expireDeviceCodes() }
    if value["revoke_refresh_tokens"]?.bool == true { revokeRefreshTokens() }
    update {
      if let file = value["config"] { $0.take(file) }
      if let lifetime = value["token_lifetime"]?.number { $0.tokenLifetime = lifetime }
      if let interval = value["device_interval"]?.integer { $0.deviceInterval = interval }
    }
    for item in value["faults"]?.array ?? [] {
      guard let fault = DexFault(item) else {
        return .json(["error": "unknown fault", "fault": item], status: 400)
      }
      inject(fault)
    }
    if let approved = value["approve"] {
      var identity = DexIdentity.mock()
      if let user = value["user"]?.string {
        identity = DexIdentity(
          connector: "mock", userID: user, name: user, email: "\(user)@example.org",
          emailVerified: true, groups: ["authors"])
      }
      guard approve(userCode: approved.string, as: identity) else {
        return .json(["error": "no such user code"], status: 404)
      }
    }
    return .json(counters)
  }

  private var counters: JSONValue {
    [
      "token_requests": .integer(tokenRequests),
      "device_code_requests": .integer(requests(to: "/device/code")),
      "discovery_requests": .integer(requests(to: "/.well-known/openid-configuration")),
      "pending_faults": .integer(pendingFaults),
      "waiting_user_codes": .strings(waitingUserCodes),
      "issuer": .string(issuer),
    ]
  }
}
