import Foundation
import Synchronization
import TestSupport

/// Login in the browser: the authorization endpoint, the connectors' pages and the approval.
///
/// The order of the checks and all status codes, redirects and error texts are Dex's. The pages are
/// simple ones with Dex's headings, links and form fields.
extension DexExchange {
  /// `/auth`: only chooses the connector.
  func chooseConnector() -> LoopbackResponse {
    if configuration.isNextVersion {
      let hmac = field("hmac")
      if !hmac.isEmpty { return resume(field("req"), hmac) }
      guard configuration.client(field("client_id")) != nil else {
        return .page(400, "Invalid client_id provided.")
      }
    }
    let others = fields.filter { $0.name != "connector_id" }
    let query = others.isEmpty ? "" : "?" + FormFields.encode(others)
    let path = configuration.issuerPath + "/auth/"
    var connector = field("connector_id")
    if connector.isEmpty, configuration.connectors.count == 1, !configuration.alwaysShowsLoginScreen
    {
      connector = configuration.connectors[0].id
    }
    guard connector.isEmpty else {
      guard configuration.connector(connector) != nil else {
        return .page(400, "Connector ID does not match a valid Connector")
      }
      return redirect(302, path + connector + query)
    }
    return .page(
      "Log in to Dex",
      configuration.connectors.map { connector in
        "<p><a href=\"\(HTML.escape(path + connector.id + query))\">\(connector.id)</a></p>"
      })
  }

  /// `/auth/CONNECTOR`: checks the request and redirects to the connector.
  func authorize(at connectorID: String) throws -> LoopbackResponse {
    let pending = try authorization(for: connectorID)
    guard let connector = configuration.connector(connectorID) else {
      return .page(400, "Connector failed to initialize")
    }
    // A cluster's issuer has no authorization endpoint.
    guard connector.kind != .oidc else { return .page(500, "Login error.") }
    logins { $0.authorizations.append(pending) }
    guard connector.kind == .mock else {
      let path = configuration.issuerPath + "/auth"
      let fields = [("back", path + "?" + request.query), ("state", pending.id)]
      return redirect(302, "\(path)/\(connectorID)/login?" + FormFields.encode(fields))
    }
    return redirect(302, issuer + "/callback?state=" + pending.id)
  }

  /// `/auth/CONNECTOR/login`: the password form.
  func passwordForm(of connector: String) -> LoopbackResponse {
    let form = [
      "<form method=\"post\" action=\"\(HTML.escape(request.target))\">",
      "<input name=\"login\"/><input name=\"password\" type=\"password\"/></form>",
      "<a href=\"\(HTML.escape(query("back")))\">Select another login method.</a>",
    ]
    guard request.method == "POST" else { return .page("Log in to Your Account", form) }
    let login = body("login")
    guard let password = configuration.passwords[login], password == body("password")
    else {
      return .page(
        "Log in to Your Account", form + ["<p>Invalid Email Address and password.</p>"],
        status: 401)
    }
    let identity = DexIdentity(
      connector: connector, userID: login, name: login, email: login, emailVerified: true)
    return signedIn(query("state"), as: identity)
  }

  /// `/callback`: where the mock connector redirects to after the login.
  func connectorCallback() -> LoopbackResponse {
    let state = query("state")
    guard !state.isEmpty else { return .page(400, "User session error.") }
    let connector = logins { $0.authorization(state)?.connector }
    return signedIn(state, as: .mock(connector: connector ?? "mock"))
  }

  private func signedIn(_ id: String, as identity: DexIdentity) -> LoopbackResponse {
    let found = logins { $0.change(id) { $0.identity = identity } }
    guard let pending = found else { return .page(400, "Requested resource does not exist.") }
    if configuration.isNextVersion { return hop(pending) }
    guard configuration.time <= pending.expiry else {
      return .page(400, "User session has expired.")
    }
    return proceed(pending)
  }

  /// To the approval page, or back to the client.
  private func proceed(_ pending: DexLogins.Authorization) -> LoopbackResponse {
    let isApproved = configuration.skipsApproval && !pending.forcesApproval || pending.isApproved
    if isApproved { return sendCode(pending) }
    return redirect(
      303, configuration.issuerPath + "/approval?req=\(pending.id)&hmac=\(pending.hmac)")
  }

  /// The next version goes on at `/auth` after each page.
  private func hop(_ pending: DexLogins.Authorization) -> LoopbackResponse {
    redirect(
      303,
      configuration.issuerPath + "/auth?"
        + FormFields.encode([("hmac", pending.hmac), ("req", pending.id)]))
  }

  private func resume(_ id: String, _ hmac: String) -> LoopbackResponse {
    // What the page says about an expired or an unknown request was not recorded.
    guard let pending = logins({ $0.authorization(id) }), pending.hmac == hmac,
      pending.identity != nil, configuration.time <= pending.expiry
    else { return notRecorded }
    return proceed(pending)
  }

  /// `/approval`: the approval page and its form.
  func approval() -> LoopbackResponse {
    let isNext = configuration.isNextVersion
    let hmac = query("hmac")
    guard !hmac.isEmpty else { return .page(401, "Unauthorized request") }
    let found = logins { $0.authorization(query("req")) }
    guard let pending = found else { return .page(isNext ? 400 : 500, "Database error.") }
    guard pending.hmac == hmac else { return .page(401, "Unauthorized request") }
    guard request.method == "POST" else {
      return .page(
        "Grant Access",
        ["approve", "rejected"].map { choice in
          "<form method=\"post\"><input type=\"hidden\" name=\"req\" value=\"\(pending.id)\"/>"
            + "<button name=\"approval\" value=\"\(choice)\">\(choice)</button></form>"
        })
    }
    guard body("approval") == "approve" else { return .page(500, "Approval rejected.") }
    guard isNext else { return sendCode(pending) }
    _ = logins { $0.change(pending.id) { $0.isApproved = true } }
    return hop(pending)
  }

  private func sendCode(_ pending: DexLogins.Authorization) -> LoopbackResponse {
    // Only the page that shows the code was not recorded.
    guard !pending.redirectURI.hasPrefix("urn:") else { return notRecorded }
    let expiry = configuration.time + 1800
    let code = DexLogins.randomID()
    logins { logins in
      logins.authorizations.removeAll { $0.id == pending.id }
      logins.codes.append(.init(code: code, authorization: pending, expiry: expiry))
      logins.remember(code)
    }
    let isDevice = pending.redirectURI == "/device/callback"
    let target = (isDevice ? configuration.issuerPath : "") + pending.redirectURI
    return redirect(
      303, FormFields.appending([("code", code), ("state", pending.state)], to: target))
  }

  /// Checks an authorization request in Dex's order.
  ///
  /// With an unknown client or redirect URI the error is a page, otherwise a redirect.
  private func authorization(for connector: String) throws -> DexLogins.Authorization {
    let id = field("client_id")
    guard let client = configuration.client(id) else {
      throw LoopbackResponse.page(404, "Invalid client_id.")
    }
    let redirectURI = field("redirect_uri")
    guard client.allows(redirectURI: redirectURI) else {
      throw LoopbackResponse.page(400, "Unregistered redirect_uri.")
    }
    func require(_ condition: Bool, _ code: String, _ text: String) throws {
      if condition { return }
      let fields = [("error", code), ("error_description", text), ("state", field("state"))]
      throw redirect(303, FormFields.appending(fields, to: redirectURI))
    }
    try require(
      field("request").isEmpty, "request_not_supported",
      "Server does not support request parameter.")
    let method = field("code_challenge_method")
    try require(
      ["", "S256", "plain"].contains(method), "invalid_request",
      "Unsupported PKCE challenge method (\"\(method)\").")
    let scopes = field("scope").split(separator: " ").map(String.init)
    try require(
      scopes.contains("openid"), "invalid_scope", "Missing required scope(s) [\"openid\"].")
    let peer = DexTokenIssuer.peerPrefix
    let known = ["openid", "email", "groups", "profile", "offline_access", "federated:id"]
    let unknown = scopes.filter { !known.contains($0) && !$0.hasPrefix(peer) }
    try require(unknown.isEmpty, "invalid_scope", "Unrecognized scope(s) \(unknown.goQuoted)")
    let untrusted = scopes.filter {
      $0.hasPrefix(peer) && !configuration.trusts(id, at: String($0.dropFirst(peer.count)))
    }
    try require(
      untrusted.isEmpty, "invalid_scope", "Client can't request scope(s) \(untrusted.goQuoted)")
    let types = field("response_type").split(separator: " ").map(String.init)
    try require(!types.isEmpty, "invalid_request", "No response_type provided")
    for type in types where !configuration.responseTypes.contains(type) {
      try require(
        !["code", "token", "id_token"].contains(type), "unsupported_response_type",
        "Unsupported response type \"\(type)\"")
      try require(false, "invalid_request", "Invalid response type \"\(type)\"")
    }
    let nonce = field("nonce")
    return DexLogins.Authorization(
      client: id, connector: connector, redirectURI: redirectURI, scopes: scopes,
      state: field("state"), nonce: nonce.isEmpty ? nil : nonce,
      challenge: DexChallenge(text: field("code_challenge"), method: method),
      forcesApproval: field("approval_prompt") == "force",
      expiry: configuration.time + configuration.authorizationLifetime)
  }

  /// A redirect as Go's `http.Redirect` writes it: for a GET it includes a link.
  func redirect(_ status: Int, _ url: String) -> LoopbackResponse {
    var response = LoopbackResponse.redirect(to: url, status: status)
    guard request.method == "GET" else { return response }
    let reason = LoopbackResponse.reason(status)
    response.headers.append(("Content-Type", "text/html; charset=utf-8"))
    response.body = Array("<a href=\"\(HTML.escape(url))\">\(reason)</a>.\n\n".utf8)
    return response
  }

  /// The fields of the query and of the body.
  private var fields: [(name: String, value: String)] {
    FormFields.decode(request.query) + request.form
  }

  /// One of them; empty if it is missing.
  private func field(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }
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
}

/// HTML escaping as in Go.
private enum HTML {
  static func escape(_ text: String) -> String {
    [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&#34;"), ("'", "&#39;")]
      .reduce(text) { $0.replacing($1.0, with: $1.1) }
  }
}
