import Foundation

/// The login state in Dex's storage.
struct DexLogins: Sendable {
  /// PKCE (RFC 7636): the challenge of a sign-in.
  struct Challenge: Sendable {
    var text = ""
    var method = ""

    /// Dex's error for a code verifier; nil if it is correct.
    func refusal(of verifier: String) -> LoopbackResponse? {
      guard !text.isEmpty else {
        return verifier.isEmpty
          ? nil
          : DexTokenRequest.error(
            "invalid_request", "No PKCE flow started. Cannot check code_verifier.")
      }
      guard !verifier.isEmpty else {
        return DexTokenRequest.error(
          "invalid_grant", "Expecting parameter code_verifier in PKCE flow.")
      }
      let challenge =
        method == "S256" ? Base64URL.encode(RSAKey.sha256(Array(verifier.utf8))) : verifier
      return challenge == text
        ? nil : DexTokenRequest.error("invalid_grant", "Invalid code_verifier.")
    }
  }

  /// A browser login until it gets a code.
  struct Authorization: Sendable {
    var id = DexTokenIssuer.randomID()
    var hmac = Base64URL.encode((0..<32).map { _ in UInt8.random(in: 0...255) })
    var client: String
    var connector: String
    var redirectURI: String
    var scopes: [String]
    var state: String
    var nonce: String?
    var challenge: Challenge
    var forcesApproval: Bool
    var expiry: Double
    var identity: DexIdentity?
    /// Whether the user approved the request.
    var isApproved = false
  }

  /// An authorization code.
  struct Code: Sendable {
    var code: String
    var authorization: Authorization
    var expiry: Double
  }

  /// A device code and its state.
  struct Device: Sendable {
    var deviceCode: String
    var userCode: String
    var client: String
    var scopes: [String]
    var challenge: Challenge
    var expiry: Double
    var lastPoll: Double?
    var interval: Double
    /// The response once the user is signed in; Dex returns the same one for each poll.
    var response: String?
  }

  /// A refresh token: one for each user, client and connector.
  struct Refresh: Sendable {
    var id: String
    var token: String
    var obsolete: String?
    var created: Double
    var lastUsed: Double
    var identity: DexIdentity
    var client: String
    var scopes: [String]
    var nonce: String?
    /// The number of refreshes.
    var uses = 0

    /// The token as the client holds it.
    var code: String { DexIdentity.protobuf(id, token) }
  }

  /// Every code and token issued; none of them may appear in any output.
  private(set) var secrets: [String] = []
  var authorizations: [Authorization] = []
  var codes: [Code] = []
  var devices: [Device] = []
  var refreshes: [Refresh] = []
  /// Whether a refresh hangs, and everything that needs the storage with it.
  var isStuck = false

  /// Records an issued secret, for these tests and for every program that they run.
  mutating func remember(_ secret: String) {
    secrets.append(secret)
    KnownSecrets.add(secret, .login)
  }

  /// Stores a new refresh token; it replaces the one of the same user and client.
  mutating func issueRefresh(
    for identity: DexIdentity, client: String, scopes: [String], nonce: String?, now: Double
  ) -> String {
    refreshes.removeAll {
      $0.client == client && $0.identity.userID == identity.userID
        && $0.identity.connector == identity.connector
    }
    let refresh = Refresh(
      id: DexTokenIssuer.randomID(), token: DexTokenIssuer.randomID(), obsolete: nil, created: now,
      lastUsed: now, identity: identity, client: client, scopes: scopes, nonce: nonce)
    refreshes.append(refresh)
    remember(refresh.code)
    return refresh.code
  }
}

extension DexLogins.Authorization {
  /// Checks an authorization request in Dex's order.
  ///
  /// With an unknown client or redirect URI the error is a page, otherwise a redirect.
  static func read(
    _ request: LoopbackRequest, _ connector: String, _ configuration: DexConfiguration
  ) -> Result<Self, DexRefusal> {
    let fields = LoopbackRequest.fields(request.query) + request.form
    func field(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }
    let id = field("client_id")
    guard let client = configuration.clients.first(where: { $0.id == id }) else {
      return .failure(DexRefusal(response: .page(404, "Invalid client_id.")))
    }
    let redirectURI = field("redirect_uri")
    guard client.allows(redirectURI: redirectURI) else {
      return .failure(DexRefusal(response: .page(400, "Unregistered redirect_uri.")))
    }
    func refused(_ code: String, _ text: String) -> Result<Self, DexRefusal> {
      .failure(
        DexRefusal(
          response: .seeOther(
            FormFields.appending(
              [("error", code), ("error_description", text), ("state", field("state"))],
              to: redirectURI), for: request)))
    }
    guard field("request").isEmpty else {
      return refused("request_not_supported", "Server does not support request parameter.")
    }
    let method = field("code_challenge_method")
    guard ["", "S256", "plain"].contains(method) else {
      return refused("invalid_request", "Unsupported PKCE challenge method (\"\(method)\").")
    }
    let scopes = field("scope").split(separator: " ").map(String.init)
    func quoted(_ list: [String]) -> String {
      "[" + list.map { "\"\($0)\"" }.joined(separator: " ") + "]"
    }
    guard scopes.contains("openid") else {
      return refused("invalid_scope", "Missing required scope(s) [\"openid\"].")
    }
    let peer = DexTokenIssuer.peerPrefix
    let known = ["openid", "email", "groups", "profile", "offline_access", "federated:id"]
    let unknown = scopes.filter { !known.contains($0) && !$0.hasPrefix(peer) }
    guard unknown.isEmpty else {
      return refused("invalid_scope", "Unrecognized scope(s) \(quoted(unknown))")
    }
    let untrusted = scopes.filter {
      $0.hasPrefix(peer) && !configuration.trusts(id, at: String($0.dropFirst(peer.count)))
    }
    guard untrusted.isEmpty else {
      return refused("invalid_scope", "Client can't request scope(s) \(quoted(untrusted))")
    }
    let types = field("response_type").split(separator: " ").map(String.init)
    guard !types.isEmpty else { return refused("invalid_request", "No response_type provided") }
    for type in types where !configuration.responseTypes.contains(type) {
      return ["code", "token", "id_token"].contains(type)
        ? refused("unsupported_response_type", "Unsupported response type \"\(type)\"")
        : refused("invalid_request", "Invalid response type \"\(type)\"")
    }
    let nonce = field("nonce")
    let now = configuration.now().timeIntervalSince1970
    return .success(
      Self(
        client: id, connector: connector, redirectURI: redirectURI, scopes: scopes,
        state: field("state"), nonce: nonce.isEmpty ? nil : nonce,
        challenge: .init(text: field("code_challenge"), method: method),
        forcesApproval: field("approval_prompt") == "force",
        expiry: now + configuration.authorizationLifetime))
  }
}

extension DexConfiguration {
  /// Whether a client may request a token for another client, or for itself.
  func trusts(_ client: String, at peer: String) -> Bool {
    peer == client || clients.first { $0.id == peer }?.trustedPeers.contains(client) == true
  }
}

extension DexConfiguration.Client {
  /// Dex's rule: the URI must match a listed one exactly; a public client without a list may use
  /// loopback.
  func allows(redirectURI: String) -> Bool {
    guard redirectURIs.isEmpty, isPublic else { return redirectURIs.contains(redirectURI) }
    if ["urn:ietf:wg:oauth:2.0:oob", "/device/callback"].contains(redirectURI) {
      return true
    }
    guard let url = URLComponents(string: redirectURI), url.scheme == "http",
      let host = url.host.map({ $0.trimmingCharacters(in: ["[", "]"]) })
    else { return false }
    return host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }
}
