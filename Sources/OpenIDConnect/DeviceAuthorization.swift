import Encoding
package import TokenExchange

/// The device authorization response (RFC 8628, section 3.2).
package struct DeviceAuthorization: Sendable, Equatable {
  /// The code that is exchanged for tokens after the sign-in.
  ///
  /// It suffices to obtain the tokens, so it is as secret as they are.
  package var deviceCode: Secret
  /// The code that the user types or compares, sanitized.
  package var userCode: String
  /// The page to open, sanitized.
  package var verificationURI: String
  /// The page with the user code in its URL, sanitized; nil if the response has none.
  package var verificationURIComplete: String?
  /// The lifetime of both codes, in seconds.
  package var expiresIn: Double
  /// The time between two polls, in seconds.
  package var interval: Double

  init(_ response: HTTPResponse, to request: LoginRequest) throws(GrantError) {
    let url = request.deviceURL
    let members = try GrantError.members(of: response, from: url)
    func text(_ name: String) -> String? {
      members[name]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }
    guard let deviceCode = text("device_code"), let userCode = text("user_code"),
      let verificationURI = text("verification_uri") ?? text("verification_url")
    else { throw .invalidDeviceAuthorization(url) }
    self.deviceCode = Secret(deviceCode)
    self.userCode = response.shown(userCode, maxLength: 64)
    self.verificationURI = response.shown(verificationURI, maxLength: 1000)
    verificationURIComplete = text("verification_uri_complete").map {
      response.shown($0, maxLength: 1000)
    }
    // Other values would stop the sign-in or flood Dex.
    expiresIn = min(max(members["expires_in"]?.lenientNumber ?? 300, 1), 3600)
    interval = min(max(members["interval"]?.lenientNumber ?? 5, 1), 60)
  }

  /// Applies the `slow_down` error: five more seconds between all later polls (section 3.5).
  mutating func slowDown() { interval += 5 }

  /// The page to open in a browser; nil unless Dex serves it over TLS, or Dex and the page are both
  /// on loopback.
  ///
  /// A response must not send the browser, with all its sessions, to another site, and a remote
  /// server must not open a local service. The URL contains the user code if the response has it.
  package func browserPage(issuer: EndpointURL) -> String? {
    let text = verificationURIComplete ?? verificationURI
    let base = text.prefix { $0 != "?" && $0 != "#" }
    // Programs interpret characters that RFC 3986 (section 2) forbids in different ways.
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !#""<>\^`{|}"#.utf8.contains($0) }),
      let url = try? EndpointURL(String(base))
    else { return nil }
    let isSameOrigin =
      url.scheme == "https" && url.host.lowercased() == issuer.host.lowercased()
      && url.port == issuer.port && issuer.scheme == "https"
    return isSameOrigin || url.isLoopback && issuer.isLoopback ? text : nil
  }
}
