import Foundation
import Synchronization

/// Plays Dex v2.45 on loopback, according to recordings of a real one.
public final class DexStandIn: StandIn {
  /// The configuration and the server.
  public let core: StandInCore<DexConfiguration>
  let logins = Mutex(DexLogins())
  private let faults = Mutex<[DexFault]>([])
  private let counts = Mutex<[String: Int]>([:])

  /// Starts a stand-in; port 0 selects a free one.
  public init(_ configuration: DexConfiguration, port: Int = 0) throws {
    core = StandInCore(configuration)
    try start(port: port)
  }

  /// The issuer's URL, without a trailing slash.
  public var issuer: String {
    let configuration = configuration
    return configuration.issuer ?? server.url + configuration.issuerPath
  }

  /// The URL of the token endpoint.
  public var tokenURL: String { issuer + "/token" }

  /// The number of requests to the token endpoint, including failed ones.
  public var tokenRequests: Int { requests(to: "/token") }

  /// The number of requests to a path below the issuer, such as `/device/code`.
  public func requests(to path: String) -> Int { counts.withLock { $0[path] ?? 0 } }

  /// Resets all counters and the recorded requests.
  public func resetCounters() {
    counts.withLock { $0 = [:] }
    server.forgetRequests()
  }

  /// Appends faults to the pending ones.
  public func inject(_ more: DexFault...) { inject(more) }

  /// Appends faults to the pending ones.
  public func inject(_ more: [DexFault]) { faults.withLock { $0 += more } }

  /// Removes all faults.
  public func clearFaults() { faults.withLock { $0 = [] } }

  /// The number of pending faults.
  public var pendingFaults: Int { faults.withLock { $0.count } }

  /// Responds to a request; the server's handler, which can also be called directly.
  public func respond(to request: LoopbackRequest) -> LoopbackResponse {
    if request.path == "/_control" { return control(request) }
    let prefix = configuration.issuerPath
    guard request.path.hasPrefix(prefix) else { return .notFound }
    let path = String(request.path.dropFirst(prefix.count))
    counts.withLock { $0[path, default: 0] += 1 }
    if !["/.well-known/openid-configuration", "/healthz"].contains(path),
      logins.withLock({ $0.isStuck })
    {
      return .fault(.hang)
    }
    guard let fault = nextFault(for: path) else { return route(path, request) }
    return fault.response { route(path, request) }
  }

  private func nextFault(for path: String) -> DexFault? {
    faults.withLock { faults in
      guard let index = faults.firstIndex(where: { $0.path == path || $0.path == "*" }) else {
        return nil
      }
      let fault = faults[index]
      guard let times = fault.times else { return fault }
      if times > 1 { faults[index].times = times - 1 } else { faults.remove(at: index) }
      return fault
    }
  }

  private func route(_ path: String, _ request: LoopbackRequest) -> LoopbackResponse {
    switch path {
    case "",
      "/" where configuration.issuerPath.isEmpty:
      root
    case "/healthz": .text("Health check passed")
    case "/.well-known/openid-configuration": discovery
    case "/keys": keys
    case "/token": token(request)
    case "/device/code": deviceCode(request)
    case "/device/token": pollDevice(DexTokenRequest(request))
    case "/device": devicePage(request)
    case "/device/auth/verify_code": verifyUserCode(request)
    case "/device/callback": deviceCallback(request)
    case "/userinfo": userInfo(request)
    case "/auth": authorize(request)
    case "/callback": connectorCallback(request)
    case "/approval": approval(request)
    case "/token/introspect": .notRecorded(request)
    default: authorizeOrNotFound(path, request)
    }
  }

  private var root: LoopbackResponse {
    .html(
      """
      <!DOCTYPE html>
      \t\t\t<title>Dex</title>
      \t\t\t<h1>Dex IdP</h1>
      \t\t\t<h3>A Federated OpenID Connect Provider</h3>
      \t\t\t<p><a href="\(issuer)/.well-known/openid-configuration">Discovery</a></p>
      """)
  }

  private func authorizeOrNotFound(
    _ path: String, _ request: LoopbackRequest
  ) -> LoopbackResponse {
    let parts = path.split(separator: "/").map(String.init)
    guard parts.first == "auth", path == "/" + parts.joined(separator: "/") else {
      return .notFound
    }
    if parts.count == 2 { return authorize(at: parts[1], request) }
    return parts.count == 3 && parts[2] == "login" ? passwordForm(request) : .notFound
  }

  /// Discards all state and signs with a new key, as a Dex with memory storage after a restart.
  public func restart(signingKey: RSAKey) {
    logins.withLock { $0 = DexLogins() }
    update { $0.signingKey = signingKey }
  }

  private var keys: LoopbackResponse {
    let configuration = configuration
    var response = LoopbackResponse.text(
      RSAKey.keySet([configuration.signingKey] + configuration.furtherKeys).indented(),
      type: "application/json")
    response.headers.insert(("Cache-Control", "max-age=600, must-revalidate"), at: 0)
    return response
  }

  private var discovery: LoopbackResponse {
    let issuer = issuer
    func url(_ path: String) -> JSONValue { .string(issuer + path) }
    let document: JSONValue = [
      "issuer": .string(issuer), "authorization_endpoint": url("/auth"),
      "token_endpoint": url("/token"), "jwks_uri": url("/keys"),
      "userinfo_endpoint": url("/userinfo"),
      "device_authorization_endpoint": url("/device/code"),
      "introspection_endpoint": url("/token/introspect"),
      "grant_types_supported": .strings(configuration.grants),
      "response_types_supported": .strings(configuration.responseTypes),
      "subject_types_supported": ["public"],
      "id_token_signing_alg_values_supported": ["RS256"],
      "code_challenge_methods_supported": ["S256", "plain"],
      "scopes_supported": ["openid", "email", "groups", "profile", "offline_access"],
      "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
      "claims_supported": .strings(
        [
          "iss", "sub", "aud", "iat", "exp", "email", "email_verified", "locale", "name",
          "preferred_username", "at_hash",
        ] + (configuration.isNextVersion ? ["groups", "federated_claims"] : [])),
    ]
    return .text(document.indented(), type: "application/json")
  }

  private func userInfo(_ request: LoopbackRequest) -> LoopbackResponse {
    let authorization = request.header("Authorization") ?? ""
    let configuration = configuration
    guard authorization.lowercased().hasPrefix("bearer "),
      let token = JWT(String(authorization.dropFirst(7))),
      token.isSigned(byOneOf: [configuration.signingKey] + configuration.furtherKeys),
      let expiry = token.claims["exp"]?.number,
      expiry >= configuration.now().timeIntervalSince1970
    else {
      return .json(
        ["error": "access_denied", "error_description": "Invalid bearer token."], status: 403)
    }
    return .json(token.claims)
  }
}
