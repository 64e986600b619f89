import Foundation
import Synchronization

/// The device flow (RFC 8628), as lax as Dex: it does not check the client.
extension DexStandIn {
  func deviceCode(_ request: LoopbackRequest) -> LoopbackResponse {
    let request = DexTokenRequest(request)
    guard request.method == "POST" else {
      var page = LoopbackResponse.page(400, "Invalid device code request type")
      page.body += Array(#"{"error":"invalid_request"}"#.utf8)
      return page
    }
    let configuration = configuration
    let now = configuration.now().timeIntervalSince1970
    let letters = { String((0..<4).map { _ in "BCDFGHJKLMNPQRSTVWXZ".randomElement() ?? "B" }) }
    let device = DexLogins.Device(
      deviceCode: DexTokenIssuer.randomID(length: 51), userCode: letters() + "-" + letters(),
      client: request.any("client_id"), scopes: request.scopes,
      challenge: .init(
        text: request.any("code_challenge"), method: request.any("code_challenge_method")),
      expiry: now + Double(configuration.deviceLifetime), interval: 0)
    logins.withLock {
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
    return LoopbackResponse(
      headers: [("Cache-Control", "no-store"), ("Content-Type", "application/json")],
      body: Array(
        ((configuration.isNextVersion ? response.text : response.indented(by: 3)) + "\n").utf8))
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
      if let response = device.response {
        if let refusal = device.challenge.refusal(of: request.any("code_verifier")) {
          return refusal
        }
        return .text(response, type: "application/json")
      }
      let isTooSoon = device.lastPoll.map { now < $0 + device.interval } ?? false
      logins.devices[index].lastPoll = now
      logins.devices[index].interval =
        isTooSoon
        ? device.interval + configuration.deviceSlowDown : Double(configuration.deviceInterval)
      return DexTokenRequest.error(isTooSoon ? "slow_down" : "authorization_pending")
    }
  }

  /// The pending user codes.
  public var waitingUserCodes: [String] {
    let now = configuration.now().timeIntervalSince1970
    return logins.withLock { logins in
      logins.devices.filter { $0.response == nil && $0.expiry >= now }.map(\.userCode)
    }
  }

  /// All device codes and refresh tokens issued, in order; none may appear in any output.
  public var loginSecrets: [String] { logins.withLock { $0.secrets } }

  /// Approves a user code as if in a browser; nil selects the newest pending code.
  ///
  /// Returns false if there is no such code or Dex does not know its client.
  @discardableResult
  public func approve(userCode: String? = nil, as identity: DexIdentity = .mock()) -> Bool {
    let configuration = configuration
    guard let device = waitingDevice(userCode),
      configuration.clients.contains(where: { $0.id == device.client }),
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

  private func waitingDevice(_ userCode: String?) -> DexLogins.Device? {
    let now = configuration.now().timeIntervalSince1970
    return logins.withLock { logins in
      logins.devices.last {
        $0.response == nil && $0.expiry >= now && (userCode == nil || $0.userCode == userCode)
      }
    }
  }

  /// `/device`: the form for a user code.
  func devicePage(_ request: LoopbackRequest, status: Int = 200) -> LoopbackResponse {
    let action = configuration.issuerPath + "/device/auth/verify_code"
    var lines = [
      "<form method=\"post\" action=\"\(action)\"><input name=\"user_code\"/></form>"
    ]
    if status != 200 { lines.append("<p>Invalid or Expired User Code</p>") }
    return .page("Enter User Code", lines, status: status)
  }

  /// The form's submission: continues with the login, as for a browser client.
  func verifyUserCode(_ request: LoopbackRequest) -> LoopbackResponse {
    guard let device = waitingDevice(request.formValue("user_code") ?? "") else {
      return devicePage(request, status: 400)
    }
    return .found(
      configuration.issuerPath + "/auth?"
        + FormFields.encode([
          ("client_id", device.client), ("client_secret", ""),
          ("redirect_uri", configuration.deviceCallback), ("response_type", "code"),
          ("scope", device.scopes.joined(separator: " ")), ("state", device.userCode),
        ]), for: request)
  }

  /// Where that login returns to: the device's next poll gets the tokens.
  func deviceCallback(_ request: LoopbackRequest) -> LoopbackResponse {
    let fields = LoopbackRequest.fields(request.query)
    func field(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }
    let code = logins.withLock { $0.codes.first { $0.code == field("code") } }
    guard let authorization = code?.authorization, let identity = authorization.identity,
      approve(userCode: field("state"), as: identity)
    else { return .notRecorded(request) }
    let client = configuration.clients.first { $0.id == authorization.client }
    return .page(
      "Login Successful for \(client?.name ?? "")",
      ["<p>Return to your device to continue</p>"])
  }

  /// Expires all pending user codes, which is also what Dex does when a user denies the request.
  public func expireDeviceCodes() {
    logins.withLock { logins in
      for index in logins.devices.indices { logins.devices[index].expiry = 0 }
    }
  }
}
