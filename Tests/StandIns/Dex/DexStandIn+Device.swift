import Foundation
import Synchronization
import TestSupport

/// The device flow (RFC 8628), as lax as Dex: it does not check the client.
extension DexExchange {
  func deviceCode() -> LoopbackResponse {
    guard request.method == "POST" else {
      var page = LoopbackResponse.page(400, "Invalid device code request type")
      page.body += Array(#"{"error":"invalid_request"}"#.utf8)
      return page
    }
    let letters = { String((0..<4).map { _ in "BCDFGHJKLMNPQRSTVWXZ".randomElement() ?? "B" }) }
    let device = DexLogins.Device(
      deviceCode: DexLogins.randomID(length: 51), userCode: letters() + "-" + letters(),
      client: any("client_id"), scopes: scopes,
      challenge: DexChallenge(text: any("code_challenge"), method: any("code_challenge_method")),
      expiry: configuration.time + Double(configuration.deviceLifetime))
    logins {
      $0.devices.append(device)
      $0.remember(device.deviceCode)
    }
    let page = issuer + "/device"
    let response: JSONValue = [
      "device_code": .string(device.deviceCode), "user_code": .string(device.userCode),
      "verification_uri": .string(page),
      "verification_uri_complete": .string(page + "?user_code=" + device.userCode),
      "expires_in": .integer(configuration.deviceLifetime),
      "interval": .integer(configuration.deviceInterval),
    ]
    let text = configuration.isNextVersion ? response.text : response.indented(by: 3)
    return .text(text + "\n", type: "application/json", headers: [("Cache-Control", "no-store")])
  }

  func pollDevice() throws -> LoopbackResponse {
    let code = any("device_code")
    guard !code.isEmpty else { return .error("invalid_request", "No device code received") }
    let now = configuration.time
    return try logins { logins in
      guard let index = logins.devices.firstIndex(where: { $0.deviceCode == code }) else {
        return .error("invalid_request", "Invalid Device code.")
      }
      let device = logins.devices[index]
      guard now <= device.expiry else { return .error("expired_token") }
      if let response = device.response {
        try device.challenge.check(any("code_verifier"))
        return .text(response, type: "application/json")
      }
      let isTooSoon = device.lastPoll.map { now < $0 + device.interval } ?? false
      logins.devices[index].lastPoll = now
      logins.devices[index].interval =
        isTooSoon ? device.interval + 5 : Double(configuration.deviceInterval)
      return .error(isTooSoon ? "slow_down" : "authorization_pending")
    }
  }

  /// `/device`: the form for a user code.
  func devicePage(status: Int = 200) -> LoopbackResponse {
    let action = configuration.issuerPath + "/device/auth/verify_code"
    let form = "<form method=\"post\" action=\"\(action)\"><input name=\"user_code\"/></form>"
    return .page(
      "Enter User Code", [form] + (status == 200 ? [] : ["<p>Invalid or Expired User Code</p>"]),
      status: status)
  }

  /// The form's submission: continues with the login, as for a browser client.
  func verifyUserCode() -> LoopbackResponse {
    let userCode = body("user_code")
    guard let device = dex.waitingDevices.last(where: { $0.userCode == userCode }) else {
      return devicePage(status: 400)
    }
    let fields = [
      ("client_id", device.client), ("client_secret", ""),
      ("redirect_uri", configuration.deviceCallback), ("response_type", "code"),
      ("scope", device.scopes.joined(separator: " ")), ("state", device.userCode),
    ]
    return redirect(302, configuration.issuerPath + "/auth?" + FormFields.encode(fields))
  }

  /// Where that login returns to: the device's next poll gets the tokens.
  func deviceCallback() -> LoopbackResponse {
    let code = query("code")
    guard
      let authorization = logins({ $0.codes.first { $0.code == code } })?.authorization,
      let identity = authorization.identity,
      dex.approve(userCode: query("state"), as: identity)
    else { return notRecorded }
    return .page(
      "Login Successful for \(configuration.client(authorization.client)?.name ?? "")",
      ["<p>Return to your device to continue</p>"])
  }
}

extension DexStandIn {
  package var waitingUserCodes: [String] { waitingDevices.map(\.userCode) }

  fileprivate var waitingDevices: [DexLogins.Device] {
    let now = configuration.time
    return logins.withLock { $0.devices.filter { $0.response == nil && $0.expiry >= now } }
  }

  /// Approves a user code as if in a browser; nil selects the newest pending code.
  ///
  /// Returns false if there is no such code or Dex does not know its client.
  @discardableResult
  package func approve(userCode: String? = nil, as identity: DexIdentity = .mock()) -> Bool {
    let configuration = configuration
    guard let device = waitingDevices.last(where: { userCode == nil || $0.userCode == userCode }),
      configuration.client(device.client) != nil,
      let response = try? issueTokens(
        to: identity, client: device.client, scopes: device.scopes, nonce: nil)
    else { return false }
    return logins.withLock { logins in
      guard let index = logins.devices.firstIndex(where: { $0.userCode == device.userCode }) else {
        return false
      }
      logins.devices[index].response =
        configuration.isNextVersion ? response.text : response.indented()
      return true
    }
  }

  /// Expires all pending user codes, which is also what Dex does when a user denies the request.
  package func expireDeviceCodes() {
    logins.withLock { logins in
      for index in logins.devices.indices { logins.devices[index].expiry = 0 }
    }
  }
}
