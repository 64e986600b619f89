import Foundation
import StandIns
import Synchronization
import TestSupport
import Testing

/// The stand-in handles sign-ins like the recorded Dex v2.45.1.
@Suite("Dex stand-in: sign-ins")
struct DexLoginReplayTests {
  private static let file = RecordedFile("dex-login-recordings.json")

  /// Runs in order, because later exchanges use codes and tokens from earlier ones.
  @Test("responses equal the recordings")
  func replay() throws {
    #expect(Self.file.exchanges.count == 300)
    var replay = try LoginReplay(Self.file.tokens)
    for exchange in Self.file.exchanges { try replay.run(exchange) }
  }

  @Test(
    "requests that were not recorded are rejected",
    arguments: ["/dex/token/introspect", "/dex/device/callback"])
  func refusal(path: String) throws {
    let site = try StandInSite()
    let response = site.dex.respond(to: LoopbackRequest(target: path))
    #expect(response.status == 501)
    #expect(response.text == "stand-in: no response was recorded for GET \(path)\n")
  }
}

/// One stand-in for each recorded Dex, by port, and the placeholder values from their responses.
private struct LoginReplay {
  private static let verifier = "Xz0t2dYv9mK1pQe7rLwB4sHc8aNfUj3iOg6TkDqR5y_"

  private let clock = Clock()
  private let key: RSAKey
  private let restartedKey: RSAKey
  private let claims: [JSONValue]
  private var dexes: [Int: DexStandIn] = [:]
  private var matcher = PlaceholderMatcher()
  private var location = ""

  private final class Clock: Sendable {
    let now = Mutex(Date())
  }

  init(_ claims: [JSONValue]) throws {
    key = try RSAKey.dex
    restartedKey = try RSAKey.other
    self.claims = claims
  }

  mutating func run(_ exchange: RecordedExchange) throws {
    let dex = try dex(at: exchange.port)
    for step in exchange.value["before"]?.array ?? [] {
      try prepare(step, dex, exchange)
    }
    clock.now.withLock { $0 = exchange.time }
    var bindings = matcher.bindings
    for index in exchange.tokens {
      bindings["{token:\(index)}"] = JWT.sign(claims[index], with: key)
    }
    let response = dex.respond(to: exchange.request(bindings))
    location = response.header("Location") ?? ""
    compare(response, exchange)
  }

  private mutating func compare(_ response: LoopbackResponse, _ exchange: RecordedExchange) {
    let name = Comment(rawValue: exchange.name)
    #expect(response.status == exchange.status, name)
    var recorded = exchange.headers
    let url = recorded.removeValue(forKey: "Location") ?? ""
    var headers = Dictionary(response.headers) { first, _ in first }
    headers["Location"] = nil
    #expect(headers == recorded, name)
    let isSameURL = matcher.matches(location, url)
    #expect(isSameURL, "\(exchange.name): \(location) and not \(url)")
    for fact in exchange.response["page"]?.array ?? [] {
      #expect(response.text.contains(fact.string ?? "?"), name)
    }
    for link in exchange.response["links"]?.array ?? [] {
      let (_, found) = Self.link(in: response.text, like: link.string ?? "")
      let isSameLink = matcher.matches(found, link.string ?? "")
      #expect(isSameLink, "\(exchange.name): \(found) and not \(link)")
    }
    if let tail = exchange.response["tail"]?.string {
      #expect(response.text.hasSuffix(tail), name)
    }
    guard let body = exchange.response["body"]?.string else { return }
    matcher.tokens = []
    guard body != "{link}" else {
      let words = response.status == 302 ? "Found" : "See Other"
      let link = location.replacing("&", with: "&amp;")
      #expect(response.text == "<a href=\"\(link)\">\(words)</a>.\n\n", name)
      return
    }
    let isSameBody = matcher.matches(response.text, body)
    #expect(isSameBody, "\(exchange.name): \(response.text) and not \(body)")
    for token in matcher.tokens { compare(token, name) }
  }

  /// The link or form in a page that leads to the same path.
  private static func link(in page: String, like link: String) -> (Substring, String) {
    let plain = page.replacing("&amp;", with: "&")
    let path = link.prefix { $0 != "?" }
    let start =
      plain.firstRange(of: "\"" + path + "?")?.lowerBound
      ?? plain.firstRange(of: "\"" + path + "\"")?.lowerBound ?? plain.endIndex
    return (path, String(plain[start...].dropFirst().prefix { $0 != "\"" }))
  }

  private func compare(_ token: (placeholder: String, text: String), _ name: Comment) {
    let index = Int(token.placeholder.drop { !$0.isNumber }.dropLast()) ?? 0
    let recorded = claims[index]
    guard let given = JWT(token.text) else {
      Issue.record(name)
      return
    }
    #expect(given.isSigned(byOneOf: [key, restartedKey]), name)
    #expect(given.claims.object?.names == recorded.object?.names, name)
    func lifetime(_ claims: JSONValue) -> Int? {
      claims["exp"]?.integer.flatMap { end in claims["iat"]?.integer.map { end - $0 } }
    }
    #expect(lifetime(given.claims) == lifetime(recorded), name)
    for claim in recorded.object?.members ?? []
    where !claim.name.hasSuffix("_hash") && !["exp", "iat"].contains(claim.name) {
      #expect(given.claims[claim.name] == claim.value, name)
    }
  }

  /// Performs the steps before the exchange that were not recorded.
  private mutating func prepare(
    _ step: JSONValue, _ dex: DexStandIn, _ exchange: RecordedExchange
  ) throws {
    clock.now.withLock { $0 = exchange.time.addingTimeInterval(-(step["age"]?.number ?? 0)) }
    if step["restart"] != nil { dex.restart(signingKey: restartedKey) }
    if step["approve"] != nil { #expect(dex.approve()) }
    guard let placeholder = step["binds"]?.string else { return }
    if step["follow"] != nil {
      matcher.bindings[placeholder] = query("state", of: get(location, dex))
      return
    }
    let fields = step["sign_in"]?.object?.members.map { ($0.name, $0.value.string ?? "") } ?? []
    let callback = get("/dex/auth/mock?" + FormFields.encode(fields), dex)
    if placeholder.hasPrefix("{req") {
      matcher.bindings[placeholder] = query("state", of: callback)
    }
    guard !placeholder.hasPrefix("{req") || step["completes"] != nil else { return }
    var url = get(callback, dex)
    if url.hasPrefix("/dex/approval") {
      url = post(url, [("approval", "approve")], dex).header("Location") ?? ""
    }
    let code = query("code", of: url)
    if placeholder.hasPrefix("{code") { matcher.bindings[placeholder] = code }
    guard placeholder.hasPrefix("{refresh") else { return }
    let response = post(
      "/dex/token",
      [
        ("grant_type", "authorization_code"), ("code", code), ("client_id", "cli"),
        ("redirect_uri", "http://127.0.0.1:34567/"), ("code_verifier", Self.verifier),
      ], dex)
    let tokens = try JSONValue(parsing: response.body)
    matcher.bindings[placeholder] = try #require(
      tokens["refresh_token"]?.string, "\(exchange.name)")
  }

  private func get(_ url: String, _ dex: DexStandIn) -> String {
    let path = url.firstRange(of: "/dex").map { String(url[$0.lowerBound...]) } ?? url
    return dex.respond(to: LoopbackRequest(target: path)).header("Location") ?? ""
  }

  private func post(
    _ path: String, _ fields: [(String, String)], _ dex: DexStandIn
  ) -> LoopbackResponse {
    dex.respond(
      to: LoopbackRequest(
        method: "POST", target: path,
        headers: [(name: "Content-Type", value: "application/x-www-form-urlencoded")],
        body: Array(FormFields.encode(fields).utf8)))
  }

  private func query(_ name: String, of url: String) -> String {
    let query = String(url.drop { $0 != "?" }.dropFirst())
    return FormFields.decode(query).first { $0.name == name }?.value ?? ""
  }

  private mutating func dex(at port: Int) throws -> DexStandIn {
    if let dex = dexes[port] { return dex }
    let mock = DexConfiguration.Connector(id: "mock", kind: .mock)
    var configuration = DexConfiguration(
      clients: [
        .init(id: "cli", name: "Command line"),
        .init(
          id: "cli-listed",
          redirectURIs: [
            "http://127.0.0.1:8000/callback", "http://localhost:18000", "/device/callback",
          ], name: "Command line with list"),
        .init(
          id: "web-app", secret: "web-secret", redirectURIs: ["http://127.0.0.1:8000/callback"]),
        .init(id: "conf-none", secret: "conf-secret"),
        .init(id: "trusting-cluster", trustedPeers: ["cli", "target-cluster"]),
        .init(id: "aloof-cluster"), .init(id: "target-cluster"),
      ],
      connectors: [13, 14].contains(port - 18600)
        ? [mock]
        : [
          .init(id: "local", kind: .other), mock, .init(id: "mock2", kind: .mock),
          .init(id: "argocd-cluster"),
        ], signingKey: key)
    configuration.passwords = ["dev@example.com": "password"]
    configuration.skipsApproval = ![18612, 18614].contains(port)
    configuration.alwaysShowsLoginScreen = port == 18614
    configuration.issuer = "http\(port == 18615 ? "s" : "")://127.0.0.1:\(port)/dex"
    configuration.now = { [clock] in clock.now.withLock { $0 } }
    configuration.rotatesRefreshTokens = port != 18616
    if port == 18615 {
      configuration.tokenLifetime = 15
      configuration.authorizationLifetime = 4
      configuration.deviceLifetime = 8
      configuration.refreshReuseInterval = 1
      configuration.refreshLifetime = 4
      configuration.refreshAbsoluteLifetime = 20
    } else if port == 18618 {
      configuration.grants.insert(contentsOf: ["implicit", "password"], at: 1)
      configuration.responseTypes = ["code", "id_token", "token"]
    }
    let dex = try DexStandIn(configuration)
    dexes[port] = dex
    return dex
  }
}
