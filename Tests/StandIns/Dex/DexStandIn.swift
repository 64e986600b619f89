import Foundation
import Synchronization
package import TestSupport

/// Plays Dex v2.45 on loopback, according to recordings of a real one.
package final class DexStandIn: StandIn {
  package let core: StandInCore<DexConfiguration>
  let logins = Mutex(DexLogins())
  private let faults = Mutex<[DexFault]>([])
  private let counts = Mutex<[String: Int]>([:])

  package init(_ configuration: DexConfiguration) throws {
    core = StandInCore(configuration)
    try start()
  }

  /// The issuer's URL, without a trailing slash.
  package var issuer: String {
    let configuration = configuration
    return configuration.issuer ?? server.url + configuration.issuerPath
  }

  package var tokenURL: String { issuer + "/token" }

  /// The number of requests to the token endpoint, including failed ones.
  package var tokenRequests: Int { requests(to: "/token") }

  /// The number of requests to a path below the issuer, such as `/device/code`.
  package func requests(to path: String) -> Int { counts.withLock { $0[path] ?? 0 } }
  package func resetCounters() { counts.withLock { $0 = [:] } }

  /// Appends faults to the pending ones.
  package func inject(_ more: DexFault...) { inject(more) }
  package func inject(_ more: [DexFault]) { faults.withLock { $0 += more } }
  package func clearFaults() { faults.withLock { $0 = [] } }
  package var pendingFaults: Int { faults.withLock { $0.count } }

  /// Discards all state and signs with a new key, as a Dex with memory storage after a restart.
  package func restart(signingKey: RSAKey) {
    logins.withLock { $0 = DexLogins() }
    update { $0.signingKey = signingKey }
  }

  /// All codes, verifiers and refresh tokens of logins, in order; none may appear in any output.
  package var loginSecrets: [String] { logins.withLock { $0.secrets } }

  package func respond(to request: LoopbackRequest) -> LoopbackResponse {
    let prefix = configuration.issuerPath
    guard request.path.hasPrefix(prefix) else { return .notFound }
    let path = String(request.path.dropFirst(prefix.count))
    counts.withLock { $0[path, default: 0] += 1 }
    let needsStorage = !["/.well-known/openid-configuration", "/healthz"].contains(path)
    if needsStorage, logins.withLock({ $0.isStuck }) { return .fault(.hang) }
    func response() -> LoopbackResponse {
      let exchange = DexExchange(dex: self, request: request, configuration: configuration)
      do {
        return try exchange.response(to: path)
      } catch {
        return error as? LoopbackResponse ?? .error("server_error", status: 500)
      }
    }
    return nextFault(for: path)?.response(response) ?? response()
  }

  private func nextFault(for path: String) -> DexFault? {
    faults.withLock { faults in
      guard let index = faults.firstIndex(where: { $0.path == path || $0.path == "*" }) else {
        return nil
      }
      let fault = faults[index]
      if let times = fault.times { faults[index].times = times - 1 }
      faults.removeAll { $0.times == 0 }
      return fault
    }
  }
}

/// A request to Dex, and the configuration that applies to it.
struct DexExchange {
  let dex: DexStandIn
  let request: LoopbackRequest
  let configuration: DexConfiguration
  var issuer: String { dex.issuer }
  /// A field of the query; empty if it is missing.
  func query(_ name: String) -> String { request.queryValue(name) ?? "" }
  /// A field of the body, by the rules of Go's `PostForm`.
  func body(_ name: String) -> String { request.formValue(name) ?? "" }
  /// A field of the body or, if it is missing there, of the query, as in Go's `Form`.
  func any(_ name: String) -> String { request.formValue(name) ?? query(name) }
  /// Words separated by white space.
  var scopes: [String] { any("scope").split(whereSeparator: \.isWhitespace).map(String.init) }
  var notRecorded: LoopbackResponse { .notRecorded(request) }

  func logins<Value: Sendable>(_ body: (inout DexLogins) throws -> Value) rethrows -> Value {
    try dex.logins.withLock { try body(&$0) }
  }

  func response(to path: String) throws -> LoopbackResponse {
    switch path {
    case "",
      "/" where configuration.issuerPath.isEmpty:
      return root
    case "/healthz": return .text("Health check passed")
    case "/.well-known/openid-configuration": return discovery
    case "/keys":
      return .text(
        RSAKey.keySet([configuration.signingKey]).indented(), type: "application/json",
        headers: [("Cache-Control", "max-age=600, must-revalidate")])
    case "/token": return try token()
    case "/device/code": return deviceCode()
    case "/device/token": return try pollDevice()
    case "/device": return devicePage()
    case "/device/auth/verify_code": return verifyUserCode()
    case "/device/callback": return deviceCallback()
    case "/userinfo": return userInfo
    case "/auth": return chooseConnector()
    case "/callback": return connectorCallback()
    case "/approval": return approval()
    case "/token/introspect": return notRecorded
    default: break
    }
    switch path.wholeMatch(of: /\/auth\/([^\/]+)(\/login)?/)?.output {
    case (_, let connector, nil)?: return try authorize(at: String(connector))
    case (_, let connector, _)?: return passwordForm(of: String(connector))
    case nil: return .notFound
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

  private var discovery: LoopbackResponse {
    let issuer = issuer
    func url(_ path: String) -> JSONValue { .string(issuer + path) }
    let document: JSONValue = [
      "issuer": .string(issuer), "authorization_endpoint": url("/auth"),
      "token_endpoint": url("/token"), "jwks_uri": url("/keys"),
      "userinfo_endpoint": url("/userinfo"), "device_authorization_endpoint": url("/device/code"),
      "introspection_endpoint": url("/token/introspect"),
      "grant_types_supported": .strings(configuration.grants),
      "response_types_supported": .strings(configuration.responseTypes),
      "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
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

  private var userInfo: LoopbackResponse {
    let words = (request.header("Authorization") ?? "").split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0].lowercased() == "bearer", let token = JWT(String(words[1])),
      token.isSigned(byOneOf: [configuration.signingKey]),
      let expiry = token.claims["exp"]?.number, expiry >= configuration.time
    else { return .error("access_denied", "Invalid bearer token.", status: 403) }
    return .json(token.claims)
  }
}

extension LoopbackResponse {
  /// An OAuth error as Dex writes it.
  package static func error(
    _ code: String, _ text: String? = nil, status: Int = 400
  ) -> LoopbackResponse {
    .json(
      ["error": .string(code), "error_description": text.map(JSONValue.string)], status: status)
  }
}
