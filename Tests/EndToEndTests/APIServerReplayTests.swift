import Foundation
import StandIns
import TestSupport
import Testing

/// The stand-in responds like the recorded kube-apiserver 1.36.2, or rejects the request.
@Suite("API server stand-in")
struct APIServerReplayTests {
  private static let file = RecordedFile("apiserver-recordings.json")

  @Test("the recordings are complete")
  func count() { #expect(Self.file.exchanges.count == 121) }

  @Test("responses equal the recordings", arguments: file.exchanges)
  func replay(exchange: RecordedExchange) throws {
    let standIn = try Self.standIn(for: exchange)
    defer { standIn.stop() }
    var bindings: [String: String] = [:]
    for index in exchange.tokens {
      let claims = Self.file.tokens[index]
      let isOwn = claims["iss"]?.string == "https://127.0.0.1:18643"
      let token = JWT.sign(claims, with: try isOwn ? RSAKey.cluster : RSAKey.dex)
      bindings["{token:\(index)}"] = token
      bindings["{damaged:\(index)}"] = token.dropLast(8) + "AAAAAAAA"
    }
    var admin = APIServerStandIn.User.admin
    admin.extra["authentication.kubernetes.io/credential-id"] =
      "X509SHA256=9677d3a7dd2e820f1e27632caeb6dc62103f0046312e057ad5245872369a9838"
    let response = standIn.respond(
      to: exchange.request(bindings),
      certificate: exchange.value["certificate"] == nil ? nil : admin)
    #expect(response.status == exchange.status)
    #expect(Dictionary(response.headers) { first, _ in first } == exchange.headers)
    guard exchange.value["request"]?["method"] != "HEAD" else { return }
    let recorded = exchange.response["body"]?.string ?? ""
    if exchange.name.hasPrefix("41-"), response.status == 201 {
      // The order of the server's rules differs between users.
      #expect(try Self.sortedRules(response.text) == Self.sortedRules(recorded))
    } else {
      var matcher = PlaceholderMatcher()
      let isSame = matcher.matches(response.text, recorded)
      #expect(isSame, "\(response.text) and not \(recorded)")
    }
  }

  @Test(
    "requests that were not recorded are rejected",
    arguments: [
      Row("YAML", ("GET", "/openid/v1/jwks", [(name: "Accept", value: "application/yaml")]), ""),
      Row(
        "protobuf",
        (
          "GET", "/.well-known/openid-configuration",
          [(name: "Accept", value: "application/vnd.kubernetes.protobuf")]
        ), ""),
      Row("impersonation", ("GET", "/version", [(name: "Impersonate-User", value: "root")]), ""),
      Row("token request", ("POST", "/api/v1/namespaces/default/pods", []), ""),
    ] as [Row<(String, String, [(name: String, value: String)]), String>])
  func refusal(row: Row<(String, String, [(name: String, value: String)]), String>) throws {
    var configuration = APIServerConfiguration(issuer: "", keys: [try RSAKey.dex])
    configuration.serviceAccounts = ServiceAccountIssuer(
      issuer: "https://a.example", key: try RSAKey.cluster)
    let standIn = try APIServerStandIn(configuration)
    defer { standIn.stop() }
    let response = standIn.respond(
      to: LoopbackRequest(method: row.input.0, target: row.input.1, headers: row.input.2),
      certificate: .admin)
    #expect(response.status == 501)
    #expect(
      response.text == "stand-in: no response was recorded for \(row.input.0) \(row.input.1)\n")
  }

  private static func standIn(for exchange: RecordedExchange) throws -> APIServerStandIn {
    let name = exchange.name
    var configuration = APIServerConfiguration(
      issuer: "https://127.0.0.1:18611/dex", keys: [try RSAKey.dex])
    configuration.userPrefix = "dex:"
    if name.contains("short-lived") || name.contains("-expired") {
      configuration.issuer = "https://127.0.0.1:18615/dex"
      configuration.userPrefix = "short:"
    } else if name.contains("newest-dex") {
      configuration.issuer = "https://127.0.0.1:18631/dex"
      configuration.userPrefix = "head:"
    }
    configuration.groupsPrefix = "dex:"
    configuration.connector = "argocd-cluster"
    configuration.uidClaim = "sub"
    configuration.extraClaims = ["example.com/connector": ["federated_claims", "connector_id"]]
    configuration.refusesUser = { $0.contains(":kube-system:") }
    configuration.allowedUsers = []
    let account = "dex:system:serviceaccount:argocd:"
    configuration.bindings = [
      APIBinding(
        "reader", role: "pod-reader", user: account + "reader", namespace: "team-a",
        rules: [.init(["get", "list", "watch"], groups: [""], resources: ["pods"])]),
      APIBinding(
        "boss", role: "cluster-admin", user: account + "boss",
        rules: [
          .init(["*"], groups: ["*"], resources: ["*"]), .init(["*"], paths: ["*"]),
        ]),
    ]
    configuration.objects["pods"] = []
    configuration.allowsAnonymous = !name.hasPrefix("44-")
    configuration.opensDiscovery = !name.hasPrefix("20-")
    let isElsewhere = name.hasPrefix("22-")
    configuration.address = "127.0.0.1:\(isElsewhere ? 18644 : 18643)"
    let issuer =
      !isElsewhere
      ? "https://127.0.0.1:18643"
      : name.contains("not-https") ? "http://issuer.example" : "https://issuer.example/clusters/a"
    configuration.serviceAccounts = ServiceAccountIssuer(issuer: issuer, key: try RSAKey.cluster)
    configuration.now = { exchange.time }
    return try APIServerStandIn(configuration)
  }

  private static func sortedRules(_ text: String) throws -> [String] {
    let response = try JSONValue(parsing: text)
    let status = response["status"]
    let rules = ["resourceRules", "nonResourceRules"].flatMap { list in
      (status?[list]?.array?.map(\.text) ?? []).sorted()
    }
    var rest = response.object ?? JSONObject()
    rest["status"] = status?["incomplete"]
    return rules + [JSONValue.object(rest).text]
  }
}
