import Foundation
import Synchronization

/// The device flow (RFC 8628), as loose as Dex has it: no client is checked on the way.
extension DexStandIn {
  func deviceCode(_ request: LoopbackRequest) -> LoopbackResponse {
    let request = DexTokenRequest(request)
    guard request.method == "POST" else {
      return DexTokenRequest.error("invalid_request", "Invalid device code request type")
    }
    let configuration = configuration
    let now = configuration.now().timeIntervalSince1970
    let letters = { String((0..<4).map { _ in "BCDFGHJKLMNPQRSTVWXZ".randomElement() ?? "B" }) }
    let device = DexLogins.Device(
      deviceCode: DexTokenIssuer.randomID(length: 51), userCode: letters() + "-" + letters(),
      client: request.any("client_id"), scopes: request.scopes,
      expiry: now + Double(configuration.deviceLifetime), interval: 0)
    logins.withLock {
      $0.devices.append(device)
      $0.remember(device.deviceCode)
    }
    let page = issuer + "/device"
    let answer: JSONValue = [
      "device_code": .string(device.deviceCode), "user_code": .string(device.userCode),
      "verification_uri": .string(page),
      "verification_uri_complete": .string(page + "?user_code=" + device.userCode),
      "expires_in": .integer(configuration.deviceLifetime),
      "interval": .integer(configuration.deviceInterval),
    ]
    return LoopbackResponse(
      headers: [("Cache-Control", "no-store"), ("Content-Type", "application/json")],
      body: Array((answer.indented(by: 3) + "\n").utf8))
  }

  func pollDevice(_ request: DexTokenRequest) -> LoopbackResponse {
    let code = request.any("device_code")
    guard !code.isEmpty else {
      return DexTokenRequest.error("invalid_request", "No device code received")
    }
    let configuration = configuration
    let now = configuration.now().timeIntervalSince1970
    return logins.withLock { logins in
      guard let index = logins.devices.firstIndex(where: { $0.deviceCode == code }) else {
        return DexTokenRequest.error("invalid_request", "Invalid Device code.")
      }
      let device = logins.devices[index]
      guard now <= device.expiry else { return DexTokenRequest.error("expired_token") }
      if let answer = device.answer { return .text(answer, type: "application/json") }
      let isTooSoon = device.lastPoll.map { now < $0 + device.interval } ?? false
      logins.devices[index].lastPoll = now
      logins.devices[index].interval =
        isTooSoon
        ? device.interval + configuration.deviceSlowDown : Double(configuration.deviceInterval)
      return DexTokenRequest.error(isTooSoon ? "slow_down" : "authorization_pending")
    }
  }

  /// The user codes that wait for their user.
  public var waitingUserCodes: [String] {
    let now = configuration.now().timeIntervalSince1970
    return logins.withLock { logins in
      logins.devices.filter { $0.answer == nil && $0.expiry >= now }.map(\.userCode)
    }
  }

  /// All device codes and refresh tokens ever handed out, in order: what must never be seen anywhere.
  public var loginSecrets: [String] { logins.withLock { $0.secrets } }

  /// Signs a user in for a user code, as if in a browser; nil takes the newest code that waits.
  ///
  /// False if there is no such code, or its client is one that Dex does not know.
  @discardableResult
  public func approve(userCode: String? = nil, as identity: DexIdentity = .mock()) -> Bool {
    let configuration = configuration
    let tokens = DexTokenIssuer(configuration: configuration, issuer: issuer)
    let now = configuration.now().timeIntervalSince1970
    return logins.withLock { logins in
      let found = logins.devices.lastIndex {
        $0.answer == nil && $0.expiry >= now && (userCode == nil || $0.userCode == userCode)
      }
      guard let found else { return false }
      let device = logins.devices[found]
      guard configuration.clients.contains(where: { $0.id == device.client }) else { return false }
      let connector = configuration.connectors.first { $0.id == identity.connector }
      let refreshes =
        device.scopes.contains("offline_access") && connector?.refreshes == true
        && configuration.grants.contains(GrantType.refreshToken)
      let refresh =
        refreshes
        ? logins.issueRefresh(
          for: identity, client: device.client, scopes: device.scopes, now: now) : nil
      let answer = try? tokens.loginAnswer(
        for: identity, client: device.client, scopes: device.scopes, refreshToken: refresh)
      logins.devices[found].answer = answer?.indented()
      return answer != nil
    }
  }

  /// Ends all user codes that wait: what a user who says no amounts to at Dex.
  public func expireDeviceCodes() {
    logins.withLock { logins in
      for index in logins.devices.indices { logins.devices[index].expiry = 0 }
    }
  }
}
