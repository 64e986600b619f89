import Foundation
import Synchronization

/// Login in the browser: the authorization endpoint, the connectors' pages and the approval.
///
/// The order of the checks and all status codes, redirects and error texts are Dex's. The pages are
/// simple ones with Dex's headings, links and form fields.
extension DexStandIn {
  /// `/auth`: only chooses the connector.
  func authorize(_ request: LoopbackRequest) -> LoopbackResponse {
    var fields = LoopbackRequest.fields(request.query) + request.form
    let wanted = fields.first { $0.name == "connector_id" }?.value ?? ""
    fields.removeAll { $0.name == "connector_id" }
    let query = fields.isEmpty ? "" : "?" + FormFields.encode(fields)
    let configuration = configuration
    if configuration.isNextVersion {
      func field(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }
      if !field("hmac").isEmpty { return resume(field("req"), field("hmac"), request) }
      guard configuration.clients.contains(where: { $0.id == field("client_id") }) else {
        return .page(400, "Invalid client_id provided.")
      }
    }
    let path = configuration.issuerPath + "/auth/"
    let only = configuration.connectors.count == 1 && !configuration.alwaysShowsLoginScreen
    let connector = wanted.isEmpty && only ? configuration.connectors[0].id : wanted
    if !connector.isEmpty {
      guard configuration.connectors.contains(where: { $0.id == connector }) else {
        return .page(400, "Connector ID does not match a valid Connector")
      }
      return .found(path + connector + query, for: request)
    }
    return .page(
      "Log in to Dex",
      configuration.connectors.map { connector in
        "<p><a href=\"\(HTML.escape(path + connector.id + query))\">\(connector.id)</a></p>"
      })
  }

  /// `/auth/CONNECTOR`: checks the request and redirects to the connector.
  func authorize(at connectorID: String, _ request: LoopbackRequest) -> LoopbackResponse {
    let configuration = configuration
    let pending: DexLogins.Authorization
    switch DexLogins.Authorization.read(request, connectorID, configuration) {
    case .success(let value): pending = value
    case .failure(let refusal): return refusal.response
    }
    guard let connector = configuration.connectors.first(where: { $0.id == connectorID }) else {
      return .page(400, "Connector failed to initialize")
    }
    // A cluster's issuer has no authorization endpoint.
    guard connector.kind != .oidc else { return .page(500, "Login error.") }
    logins.withLock { $0.authorizations.append(pending) }
    guard connector.kind == .mock else {
      let back = configuration.issuerPath + "/auth?" + request.query
      return .found(
        configuration.issuerPath + "/auth/\(connectorID)/login?"
          + FormFields.encode([("back", back), ("state", pending.id)]), for: request)
    }
    return .found(issuer + "/callback?state=" + pending.id, for: request)
  }

  /// `/auth/CONNECTOR/login`: the password form.
  func passwordForm(_ request: LoopbackRequest) -> LoopbackResponse {
    let action = "<form method=\"post\" action=\"\(HTML.escape(request.target))\">"
    let fields = LoopbackRequest.fields(request.query)
    func field(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }
    let form = [
      action, "<input name=\"login\"/><input name=\"password\" type=\"password\"/></form>",
      "<a href=\"\(HTML.escape(field("back")))\">Select another login method.</a>",
    ]
    guard request.method == "POST" else { return .page("Log in to Your Account", form) }
    let login = request.formValue("login") ?? ""
    guard let password = configuration.passwords[login], password == request.formValue("password")
    else {
      return .page(
        "Log in to Your Account", form + ["<p>Invalid Email Address and password.</p>"],
        status: 401)
    }
    let connector = request.path.split(separator: "/").dropLast().last.map(String.init) ?? ""
    return signedIn(
      field("state"),
      as: DexIdentity(
        connector: connector, userID: login, name: login, email: login, emailVerified: true),
      request)
  }

  /// `/callback`: where the mock connector redirects to after the login.
  func connectorCallback(_ request: LoopbackRequest) -> LoopbackResponse {
    let state = LoopbackRequest.fields(request.query).first { $0.name == "state" }?.value ?? ""
    guard !state.isEmpty else { return .page(400, "User session error.") }
    let found = logins.withLock { $0.authorizations.first { $0.id == state } }
    return signedIn(state, as: .mock(connector: found?.connector ?? "mock"), request)
  }

  private func signedIn(
    _ id: String, as identity: DexIdentity, _ request: LoopbackRequest
  ) -> LoopbackResponse {
    let configuration = configuration
    let now = configuration.now().timeIntervalSince1970
    let pending = logins.withLock { logins -> DexLogins.Authorization? in
      guard let index = logins.authorizations.firstIndex(where: { $0.id == id }) else { return nil }
      logins.authorizations[index].identity = identity
      return logins.authorizations[index]
    }
    guard let pending else { return .page(400, "Requested resource does not exist.") }
    if configuration.isNextVersion { return hop(pending, request) }
    guard now <= pending.expiry else { return .page(400, "User session has expired.") }
    if configuration.skipsApproval, !pending.forcesApproval { return sendCode(pending, request) }
    return .seeOther(
      configuration.issuerPath + "/approval?req=\(id)&hmac=\(pending.hmac)", for: request)
  }

  /// The next version goes on at `/auth` after each page.
  private func hop(
    _ pending: DexLogins.Authorization, _ request: LoopbackRequest
  ) -> LoopbackResponse {
    .seeOther(
      configuration.issuerPath + "/auth?"
        + FormFields.encode([("hmac", pending.hmac), ("req", pending.id)]), for: request)
  }

  private func resume(
    _ id: String, _ hmac: String, _ request: LoopbackRequest
  ) -> LoopbackResponse {
    let configuration = configuration
    let found = logins.withLock { $0.authorizations.first { $0.id == id } }
    let now = configuration.now().timeIntervalSince1970
    // What the page says about an expired or an unknown request was not recorded.
    guard let pending = found, pending.hmac == hmac, pending.identity != nil,
      now <= pending.expiry
    else { return .notRecorded(request) }
    if pending.isApproved || configuration.skipsApproval && !pending.forcesApproval {
      return sendCode(pending, request)
    }
    return .seeOther(
      configuration.issuerPath + "/approval?req=\(id)&hmac=\(hmac)", for: request)
  }

  /// `/approval`: the approval page and its form.
  func approval(_ request: LoopbackRequest) -> LoopbackResponse {
    let fields = LoopbackRequest.fields(request.query)
    func field(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }
    guard !field("hmac").isEmpty else { return .page(401, "Unauthorized request") }
    let found = logins.withLock { $0.authorizations.first { $0.id == field("req") } }
    guard let pending = found else {
      return .page(configuration.isNextVersion ? 400 : 500, "Database error.")
    }
    guard pending.hmac == field("hmac") else { return .page(401, "Unauthorized request") }
    guard request.method == "POST" else {
      return .page(
        "Grant Access",
        ["approve", "rejected"].map { choice in
          "<form method=\"post\"><input type=\"hidden\" name=\"req\" value=\"\(pending.id)\"/>"
            + "<button name=\"approval\" value=\"\(choice)\">\(choice)</button></form>"
        })
    }
    guard request.formValue("approval") == "approve" else {
      return .page(500, "Approval rejected.")
    }
    guard configuration.isNextVersion else { return sendCode(pending, request) }
    logins.withLock { logins in
      for index in logins.authorizations.indices where logins.authorizations[index].id == pending.id
      {
        logins.authorizations[index].isApproved = true
      }
    }
    return hop(pending, request)
  }

  private func sendCode(
    _ pending: DexLogins.Authorization, _ request: LoopbackRequest
  ) -> LoopbackResponse {
    // Only the page that shows the code was not recorded.
    guard !pending.redirectURI.hasPrefix("urn:") else { return .notRecorded(request) }
    let now = configuration.now().timeIntervalSince1970
    let code = DexTokenIssuer.randomID()
    logins.withLock { logins in
      logins.authorizations.removeAll { $0.id == pending.id }
      logins.codes.append(.init(code: code, authorization: pending, expiry: now + 1800))
      logins.remember(code)
    }
    let isDevice = pending.redirectURI == "/device/callback"
    let target = (isDevice ? configuration.issuerPath : "") + pending.redirectURI
    return .seeOther(
      FormFields.appending([("code", code), ("state", pending.state)], to: target), for: request)
  }

  /// The grant `authorization_code`.
  func redeemCode(
    _ request: DexTokenRequest, for client: DexConfiguration.Client,
    _ configuration: DexConfiguration
  ) throws -> LoopbackResponse {
    let code = request.body("code")
    guard !code.isEmpty else {
      return DexTokenRequest.error("invalid_request", "Required param: code.")
    }
    guard let entry = logins.withLock({ $0.codes.first { $0.code == code } }) else {
      return DexTokenRequest.error("invalid_grant", "Invalid or expired code parameter.")
    }
    let now = configuration.now().timeIntervalSince1970
    let authorization = entry.authorization
    guard now <= entry.expiry, authorization.client == client.id,
      let identity = authorization.identity
    else {
      return configuration.isNextVersion
        ? DexTokenRequest.error("invalid_grant", "Invalid or expired code parameter.")
        : DexTokenRequest.error("server_error", status: 500)
    }
    // The verifier of a program under test, which it must not show.
    let verifier = request.body("code_verifier")
    if !verifier.isEmpty { logins.withLock { $0.remember(verifier) } }
    if let refusal = authorization.challenge.refusal(of: verifier) {
      return refusal
    }
    guard request.body("redirect_uri") == authorization.redirectURI else {
      return DexTokenRequest.error(
        "invalid_request", "redirect_uri did not match URI from initial request.")
    }
    logins.withLock { $0.codes.removeAll { $0.code == code } }
    return .tokens(
      try issueTokens(
        to: identity, client: client.id, scopes: authorization.scopes, nonce: authorization.nonce))
  }

  /// Issues the tokens of a login, with a refresh token if the scopes and the connector allow one.
  func issueTokens(
    to identity: DexIdentity, client: String, scopes: [String], nonce: String?
  ) throws -> JSONValue {
    let configuration = configuration
    let connector = configuration.connectors.first { $0.id == identity.connector }
    let refreshes =
      scopes.contains("offline_access") && connector?.refreshes == true
      && configuration.grants.contains(GrantType.refreshToken)
    let now = configuration.now().timeIntervalSince1970
    let refresh =
      refreshes
      ? logins.withLock {
        $0.issueRefresh(for: identity, client: client, scopes: scopes, nonce: nonce, now: now)
      } : nil
    return try DexTokenIssuer(configuration: configuration, issuer: issuer).loginResponse(
      for: identity, client: client, scopes: scopes, nonce: nonce, refreshToken: refresh,
      code: DexTokenIssuer.randomID())
  }
}

extension LoopbackResponse {
  /// A page with a heading.
  static func page(_ heading: String, _ lines: [String], status: Int = 200) -> LoopbackResponse {
    .html(
      "<!DOCTYPE html>\n<title>Dex</title>\n<h2>\(heading)</h2>\n"
        + lines.map { $0 + "\n" }.joined(), status: status)
  }

  /// Dex's error page: the status text and one sentence.
  static func page(_ status: Int, _ message: String) -> LoopbackResponse {
    .page(reason(status), ["<p>\(message)</p>"], status: status)
  }

  /// A redirect as Go's `http.Redirect` writes it: for a GET it includes a link.
  static func found(_ url: String, for request: LoopbackRequest) -> LoopbackResponse {
    goRedirect(302, url, request)
  }

  /// The same with 303.
  static func seeOther(_ url: String, for request: LoopbackRequest) -> LoopbackResponse {
    goRedirect(303, url, request)
  }

  private static func goRedirect(
    _ status: Int, _ url: String, _ request: LoopbackRequest
  ) -> LoopbackResponse {
    var response = LoopbackResponse.redirect(to: url, status: status)
    guard request.method == "GET" else { return response }
    response.headers.append(("Content-Type", "text/html; charset=utf-8"))
    response.body = Array("<a href=\"\(HTML.escape(url))\">\(reason(status))</a>.\n\n".utf8)
    return response
  }

  /// The response of the code and refresh grants.
  static func tokens(_ value: JSONValue) -> LoopbackResponse {
    var response = json(value)
    response.headers += [("Cache-Control", "no-store"), ("Pragma", "no-cache")]
    return response
  }
}

/// HTML escaping as in Go.
enum HTML {
  static func escape(_ text: String) -> String {
    [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&#34;"), ("'", "&#39;")]
      .reduce(text) { $0.replacing($1.0, with: $1.1) }
  }
}

/// `application/x-www-form-urlencoded` as Go's `url.Values.Encode` writes it: sorted, with plus for
/// space.
public enum FormFields {
  /// Encodes fields.
  public static func encode(_ fields: [(name: String, value: String)]) -> String {
    fields.enumerated().sorted { ($0.element.name, $0.offset) < ($1.element.name, $1.offset) }
      .map { escape($0.element.name) + "=" + escape($0.element.value) }.joined(separator: "&")
  }

  /// A URL with fields added to its query.
  static func appending(_ fields: [(name: String, value: String)], to url: String) -> String {
    let base = url.prefix { $0 != "?" }
    return base + "?"
      + encode(LoopbackRequest.fields(String(url.dropFirst(base.count + 1))) + fields)
  }

  private static func escape(_ text: String) -> String {
    let plain = CharacterSet(charactersIn: "-_.~").union(
      CharacterSet(charactersIn: "a"..."z").union(CharacterSet(charactersIn: "A"..."Z")).union(
        CharacterSet(charactersIn: "0"..."9")))
    let text = text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    return text.replacing("%20", with: "+")
  }
}
