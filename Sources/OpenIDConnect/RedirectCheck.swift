import Encoding
package import TokenExchange

/// Whether Dex accepts a redirect URI of a client.
package enum RedirectCheck: Equatable, Sendable {
  case accepted
  /// The client lists other redirect URIs, or is not public.
  case unregistered
  case unknownClient
  /// Dex accepts the client and the redirect URI, but not the scopes.
  case refused(OAuthError)
  /// The response does not contain the answer.
  case unknown
}

/// Which flows a client allows.
package struct AllowedFlows: Equatable, Sendable {
  /// The redirect to a port of this machine.
  package var browser: RedirectCheck
  /// The redirect of Dex's device code page.
  package var device: RedirectCheck
  /// The redirect URI that was checked for the browser flow.
  package var browserRedirectURI: String
  /// The redirect URI that Dex's device code page sends; nil if it is unknown.
  package var deviceRedirectURI: String?
}

extension LoginClient {
  /// Checks whether Dex accepts a redirect URI.
  ///
  /// Dex reports a refusal only on a page in the browser. So a request without a response type is
  /// sent first: Dex checks the client, the redirect URI and the scopes before the response type,
  /// and stores nothing. Only transport errors are thrown.
  package func check(
    redirectURI: String, until deadline: Double
  ) throws(GrantError) -> RedirectCheck {
    // Dex checks the name of the connector last.
    let url = request.issuer.appending("/auth/tokenxchange")
    let target = request.authorizationURL([], redirectURI: redirectURI, at: url)
    let response = try send(
      HTTPRequest(method: "GET", url: target, headers: [.init("User-Agent", userAgent)]), url,
      deadline)
    return RedirectCheck(response, redirectURI: redirectURI)
  }

  /// Checks redirect URIs in order, the usual one first.
  ///
  /// Returns the first that Dex does not reject as unregistered, or the usual one if Dex rejects all.
  package func check(
    redirectURIs: [String], until deadline: Double
  ) throws(GrantError) -> (uri: String, result: RedirectCheck) {
    for uri in redirectURIs {
      let result = try check(redirectURI: uri, until: deadline)
      if result != .unregistered { return (uri, result) }
    }
    return (redirectURIs.first ?? "", .unregistered)
  }

  /// Checks whether Dex's device code page leads to a sign-in.
  ///
  /// The page redirects the user to the authorization endpoint with its own redirect URI, which
  /// depends on the version. The client must allow that URI too.
  package func check(
    _ device: DeviceAuthorization, until deadline: Double
  ) throws(GrantError) -> (result: RedirectCheck, uri: String?) {
    let url = request.issuer.appending("/device/auth/verify_code")
    let response = try send(
      .form([.init("user_code", device.userCode)], to: url, userAgent: userAgent), url, deadline)
    guard let location = response.headers["location"],
      let uri = location.queryFields.first(where: { $0.name == "redirect_uri" })?.value,
      !uri.isEmpty
    else { return (.unknown, nil) }
    return (try check(redirectURI: uri, until: deadline), uri)
  }

  /// Finds the flows that the client allows.
  ///
  /// This requests a device code and polls it once, as a sign-in does. Dex keeps the code until it
  /// expires. `listenPort` is the port of a client that lists its redirect URIs.
  package func allowedFlows(
    listenPort: Int?, until deadline: Double
  ) throws(GrantError) -> AllowedFlows {
    // Without a list, Dex ignores the port.
    let uris = Self.redirectURIs(port: listenPort ?? 8000, isFixed: listenPort != nil)
    let browser = try check(redirectURIs: uris, until: deadline)
    var flows = AllowedFlows(
      browser: browser.result, device: .unknown, browserRedirectURI: browser.uri,
      deviceRedirectURI: nil)
    do throws(GrantError) {
      (flows.device, flows.deviceRedirectURI) = try check(
        try begin(until: deadline), until: deadline)
    } catch {
      switch error {
      case .transport: throw error
      case .oauth(let error, _): flows.device = .refused(error)
      default: break
      }
    }
    return flows
  }

  /// The redirect URIs to try on a port, the usual one first.
  ///
  /// A client with a fixed port lists redirect URIs, one of which must match exactly. A client
  /// without a list allows all of them or none.
  package static func redirectURIs(port: Int, isFixed: Bool) -> [String] {
    let uris = ["127.0.0.1", "localhost"].flatMap { host in
      ["/callback", "", "/"].map { "http://\(host):\(port)\($0)" }
    }
    return isFixed ? uris : Array(uris.prefix(1))
  }
}

extension RedirectCheck {
  /// Reads the response to a request without a response type.
  init(_ response: HTTPResponse, redirectURI: String) {
    if (300...399).contains(response.status), let location = response.headers["location"],
      location.utf8.starts(with: redirectURI.utf8)
    {
      let fields = location.queryFields
      func value(_ name: String) -> String? {
        fields.first { $0.name == name }.map { response.redacted($0.value) }
      }
      switch value("error") {
      case "invalid_request": self = .accepted
      case let code?:
        self = .refused(
          OAuthError(
            code: code, errorDescription: value("error_description"), status: response.status))
      case nil: self = .unknown
      }
      return
    }
    let page = String(decoding: response.body.prefix(65_536), as: UTF8.self)
    self =
      switch response.status {
      case 400 where page.contains("Unregistered redirect_uri"): .unregistered
      case 400, 404: page.contains("Invalid client_id") ? .unknownClient : .unknown
      default: .unknown
      }
  }
}

extension String {
  /// The fields of this URL's query.
  fileprivate var queryFields: [FormEncoding.Field] {
    FormEncoding.fields(Array(utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst()))
  }
}
