/// Dex's answer to the question for a device code (RFC 8628, section 3.2).
public struct DeviceAuthorization: Sendable, Equatable {
  /// What is exchanged for tokens once the person has signed in.
  ///
  /// At Dex it is all that is needed for that: a secret like the tokens themselves.
  public var deviceCode: Secret
  /// What the person types or compares.
  public var userCode: String
  /// Where the person goes.
  public var page: String
  /// The same with the user code in it, if there is one.
  public var verificationURIComplete: String?
  /// Seconds until all this is void.
  public var life: Double
  /// Seconds between two polls.
  public var interval: Double

  /// Reads the answer.
  init(
    answer: HTTPResponse, to request: LoginRequest
  ) throws(Problem) {
    let url = request.deviceURL
    let members = try TokenResponse.members(of: answer, from: url) {
      .loginRefused($0, request, url)
    }
    func text(_ name: String) -> String? {
      members[name]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }
    guard let code = text("device_code"), let user = text("user_code"),
      let page = text("verification_uri") ?? text("verification_url")
    else { throw .notDeviceEndpoint(url) }
    deviceCode = Secret(code)
    userCode = answer.shown(user, maxLength: 64)
    self.page = answer.shown(page, maxLength: 1000)
    verificationURIComplete = text("verification_uri_complete").map {
      answer.shown($0, maxLength: 1000)
    }
    // A server may say anything; within these bounds both numbers make sense.
    life = min(max(members["expires_in"]?.lenientNumber ?? 300, 1), 3600)
    interval = min(max(members["interval"]?.lenientNumber ?? 5, 1), 60)
  }

  /// Heeds `slow_down`: five seconds more, for good (section 3.5).
  mutating func slowDown() { interval += 5 }

  /// The page to open in a browser; nil unless Dex serves it over TLS, or both are on this machine.
  ///
  /// A response must not be able to send a browser with all its sessions anywhere else, and a server
  /// elsewhere must not make it open a service of this machine.
  ///
  /// - Parameter issuer: Dex's issuer.
  /// - Returns: The page, with the user code in it if Dex gave it so.
  public func browserPage(issuer: EndpointURL) -> String? {
    let text = verificationURIComplete ?? page
    let base = text.prefix { $0 != "?" && $0 != "#" }
    // Programs disagree on characters that no URL may hold (RFC 3986, section 2).
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !#""<>\^`{|}"#.utf8.contains($0) }),
      let url = try? EndpointURL(String(base), source: "", allowsHTTP: false)
    else { return nil }
    let isOwn =
      url.scheme == "https" && url.host.lowercased() == issuer.host.lowercased()
      && url.port == issuer.port && issuer.scheme == "https"
    return isOwn || url.isLoopback && issuer.isLoopback ? text : nil
  }
}
