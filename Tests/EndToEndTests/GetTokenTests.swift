import Foundation
import StandIns
import TestSupport
import Testing

/// Exchanges of a service account token for an ExecCredential, with all request options.
struct GetTokenTests {
  static let argvWarning =
    "every user of this machine can read the value of --client-secret: use --client-secret-file or "
    + "TOKENXCHANGE_CLIENT_SECRET"
  static let oddSecret = "a+b%2Fc:d e&f"

  /// A set of options, and the request that Dex must receive.
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Flags after the common flags; nil for no flags.
    var flags: (@Sendable (Plugin) throws -> [String])
    var variables: @Sendable (Plugin) -> [String: String]
    var warning: String?
    /// `Authorization`, before base64.
    var basic: String?
    /// Form fields that differ from those of the default request.
    var form: [String: String]

    init(
      _ name: String, _ flags: @escaping @Sendable (Plugin) throws -> [String],
      variables: @escaping @Sendable (Plugin) -> [String: String] = { _ in [:] },
      warning: String? = nil, basic: String? = nil, form: [String: String] = [:]
    ) {
      testDescription = name
      self.flags = flags
      self.variables = variables
      self.warning = warning
      self.basic = basic
      self.form = form
    }
  }

  static let rows = [
    Row("with the issuer") { $0.flags },
    Row("with the command name") { ["get-token"] + $0.flags },
    Row("values after =") { plugin in
      stride(from: 0, to: plugin.flags.count, by: 2)
        .map { plugin.flags[$0] + "=" + plugin.flags[$0 + 1] }
    },
    Row(
      "the Go tool's flags",
      {
        [
          "--oidc-endpoint", $0.site.dex.tokenURL, "--client-id", "conf-client", "--client-secret",
          "conf-secret", "--dex-connector", "argocd-cluster", "--scopes", "openid,email",
          "--scopes", "groups", "--token-file", $0.tokenFile,
        ]
      }, warning: argvWarning, basic: "conf-client:conf-secret",
      form: ["scope": "openid email groups"]),
    Row(
      "the Go tool's flags, with an empty secret",
      {
        [
          "--oidc-endpoint=\($0.site.dex.tokenURL)", "--client-id=target-cluster",
          "--client-secret=", "--dex-connector=argocd-cluster", "--token-file=\($0.tokenFile)",
        ]
      }),
    Row(
      "with variables only", { _ in [] },
      variables: {
        [
          "TOKENXCHANGE_ISSUER": $0.site.dex.issuer, "TOKENXCHANGE_CLIENT_ID": "target-cluster",
          "TOKENXCHANGE_CONNECTOR_ID": "argocd-cluster", "TOKENXCHANGE_TOKEN_FILE": $0.tokenFile,
          "TOKENXCHANGE_SCOPES": "openid groups", "TOKENXCHANGE_AUDIENCE": "",
        ]
      }, form: ["scope": "openid groups"]),
    Row(
      "flags over variables", { $0.flags },
      variables: {
        [
          "TOKENXCHANGE_TOKEN_URL": "http://127.0.0.1:1/token", "TOKENXCHANGE_CLIENT_ID": "nobody",
          "TOKENXCHANGE_TOKEN_FILE": $0.directory.path("none"),
        ]
      }),
    Row(
      "secret with special characters, from a file",
      { plugin in
        let file = try plugin.directory.write(oddSecret + "\n", to: "secret")
        return plugin.flags("--client-id", "conf-odd") + ["--client-secret-file", file]
      }, basic: "conf-odd:a%2Bb%252Fc%3Ad+e%26f"),
    Row(
      "secret with special characters, from a variable", { $0.flags("--client-id", "conf-odd") },
      variables: { _ in ["TOKENXCHANGE_CLIENT_SECRET": oddSecret] },
      basic: "conf-odd:a%2Bb%252Fc%3Ad+e%26f"),
    Row(
      "secret in the form", { $0.flags("--client-id", "conf-odd") + ["--client-auth", "post"] },
      variables: { _ in ["TOKENXCHANGE_CLIENT_SECRET": oddSecret] },
      form: ["client_id": "conf-odd", "client_secret": oddSecret]),
    Row(
      "public client with a secret",
      { $0.flags("--client-id", "target-cluster-readme") + ["--client-secret", "not-a-secret"] },
      warning: argvWarning, basic: "target-cluster-readme:not-a-secret"),
    Row(
      "audience of a client that trusts this one",
      { $0.flags + ["--audience", "trusting-cluster"] },
      form: [
        "scope":
          "openid profile email groups federated:id audience:server:client_id:trusting-cluster"
      ]),
    Row(
      "access token", { $0.flags + ["--requested-token-type", "access_token"] },
      form: ["requested_token_type": "urn:ietf:params:oauth:token-type:access_token"]),
    Row("audience of the subject token", { $0.flags + ["--subject-audience", "dex"] }),
  ]

  @Test("prints a credential and sends the expected request", arguments: rows)
  func printsCredential(_ row: Row) async throws {
    let plugin = try Plugin()
    let result = try await plugin.run(row.flags(plugin), row.variables(plugin))
    let token = try plugin.expectCredential(result, warning: row.warning)
    let client = row.basic?.split(separator: ":").first.map(String.init)
    #expect(token.isFor(client ?? row.form["client_id"] ?? "target-cluster"))
    try Self.expectRequest(row, plugin)
  }

  private static func expectRequest(_ row: Row, _ plugin: Plugin) throws {
    let requests = plugin.site.dex.server.requests
    #expect(requests.count == 1)
    let request = try #require(requests.first)
    #expect(request.method == "POST")
    #expect(request.target == "/dex/token")
    let headers = Dictionary(request.headers.map { ($0.name.lowercased(), $0.value) }) { $0 + $1 }
    #expect(headers["content-type"] == "application/x-www-form-urlencoded")
    #expect(headers["accept"] == "application/json")
    #expect(headers["user-agent"]?.hasPrefix("tokenxchange/") == true)
    #expect(headers["cookie"] == nil)
    let basic = row.basic.map { "Basic " + Data($0.utf8).base64EncodedString() }
    #expect(headers["authorization"] == basic)
    let urn = "urn:ietf:params:oauth:token-type:id_token"
    var expected = [
      ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
      ("connector_id", "argocd-cluster"),
      ("subject_token", try String(contentsOfFile: plugin.tokenFile, encoding: .utf8)),
      ("subject_token_type", urn), ("requested_token_type", urn),
      ("scope", "openid profile email groups federated:id"),
    ]
    if row.basic == nil { expected.append(("client_id", "target-cluster")) }
    if row.form["client_secret"] != nil { expected.append(("client_secret", "")) }
    for index in expected.indices {
      if let value = row.form[expected[index].0] { expected[index].1 = value }
    }
    #expect(request.form.map(\.name) == expected.map(\.0))
    #expect(request.form.map(\.value) == expected.map(\.1))
  }

  @Test("with --audience, the token contains the peer and the client")
  func peerAudience() async throws {
    let plugin = try Plugin()
    let result = try await plugin.run(plugin.flags + ["--audience", "trusting-cluster"])
    let token = try plugin.expectCredential(result)
    #expect(token.claims["aud"] == ["trusting-cluster", "target-cluster"])
  }

  @Test("--output=token prints the bare token")
  func outputToken() async throws {
    let plugin = try Plugin()
    let result = try await plugin.run(plugin.flags + ["--output", "token"])
    #expect(result.ending == .exit(0))
    #expect(result.errors == "")
    #expect(result.output.last == "\n")
    let token = try #require(JWT(result.output))
    #expect(token.signed.allSatisfy { !$0.isWhitespace })
    #expect(token.isSigned(byOneOf: [plugin.site.dex.configuration.signingKey]))
  }

  @Test("--output=json prints token and expiry")
  func outputJSON() async throws {
    let plugin = try Plugin()
    let result = try await plugin.run(plugin.flags + ["--output=json"])
    let members = try #require(try JSONValue(parsing: result.stdout).object)
    #expect(members.names == ["expirationTimestamp", "token"])
    let expiry = try #require(JWT(members["token"]?.string ?? "")?.claims["exp"]?.number)
    let end = Date(timeIntervalSince1970: expiry).formatted(.iso8601)
    #expect(members["expirationTimestamp"] == .string(end))
    #expect(result.output.hasSuffix("}\n"))
  }

  @Test("--expiry-margin is subtracted from the expiry")
  func expiryMargin() async throws {
    let plugin = try Plugin()
    let result = try await plugin.run(plugin.flags + ["--expiry-margin", "1m30s"])
    try plugin.expectCredential(result, margin: 90)
  }

  @Test("a margin longer than the lifetime is reduced to half of it")
  func largeExpiryMargin() async throws {
    let plugin = try Plugin()
    let result = try await plugin.run(plugin.flags + ["--expiry-margin", "1h"])
    let status = try JSONValue(parsing: result.stdout)["status"]
    let expiry = try #require(JWT(status?["token"]?.string ?? "")?.claims["exp"]?.number)
    let text = try #require(status?["expirationTimestamp"]?.string)
    let end = try Date(text, strategy: .iso8601).timeIntervalSince1970
    // The stand-in's tokens are valid for 24 hours by default, so a margin of one hour is
    // subtracted in full.
    #expect(expiry - end == 3600)
    plugin.site.dex.update { $0.tokenLifetime = 100 }
    let short = try await plugin.run(plugin.flags + ["--expiry-margin", "1h"])
    let shortStatus = try JSONValue(parsing: short.stdout)["status"]
    let shortText = try #require(shortStatus?["expirationTimestamp"]?.string)
    let left = try Date(shortText, strategy: .iso8601).timeIntervalSinceNow
    #expect((20...51).contains(left))
  }

  @Test(
    "an issuer that differs by a trailing slash is accepted with a warning",
    arguments: [false, true])
  func trailingSlash(_ isDexs: Bool) async throws {
    let plugin = try Plugin()
    let issuer = plugin.site.dex.issuer
    if isDexs { plugin.site.dex.update { $0.changeClaims = { $0["iss"] = .string(issuer + "/") } } }
    let result = try await plugin.run(plugin.flags("--issuer", isDexs ? issuer : issuer + "/"))
    try plugin.expectCredential(
      result,
      warning: "the token's iss http://DEX/dex\(isDexs ? "/" : "") differs from --issuer by a "
        + "trailing slash: the API server compares them exactly")
  }

  @Test("a token without an expiry is reported as valid for 60 s, with a warning")
  func unknownExpiry() async throws {
    let plugin = try Plugin()
    plugin.site.dex.inject(
      .changingJSON { response in
        response["access_token"] = "opaque"
        response["expires_in"] = nil
      })
    let start = Date()
    let result = try await plugin.run(plugin.flags + ["--requested-token-type=access_token"])
    #expect(
      result.errors
        == "tokenxchange: warning: the token has no readable expiry: it is reported as valid for "
        + "60 s\n")
    let status = try JSONValue(parsing: result.stdout)["status"]
    #expect(status?["token"] == "opaque")
    let end = try Date(status?["expirationTimestamp"]?.string ?? "", strategy: .iso8601)
    #expect((59...120).contains(end.timeIntervalSince(start)))
  }

  @Test("--verbose shows no secret")
  func verboseShowsNoSecret() async throws {
    let plugin = try Plugin()
    let result = try await plugin.run(
      plugin.flags("--client-id", "conf-odd") + ["--verbose"],
      ["TOKENXCHANGE_CLIENT_SECRET": Self.oddSecret])
    let token = try #require(try JSONValue(parsing: result.stdout)["status"]?["token"]?.string)
    let subject = try String(contentsOfFile: plugin.tokenFile, encoding: .utf8)
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count > 3)
    for line in lines { #expect(line.hasPrefix("tokenxchange: [")) }
    for secret in [token, subject, Self.oddSecret, "a%2Bb%252Fc"] {
      #expect(!result.errors.contains(secret.suffix(40)))
    }
  }

  @Test("a subject token with nbf up to 300 s in the future is sent, with a warning above 60 s")
  func subjectTokenThatIsNotValidYet() async throws {
    let plugin = try Plugin()
    func run(_ seconds: Int) async throws -> ProcessResult {
      let start = Int(Date().timeIntervalSince1970) + seconds
      let token = plugin.site.cluster.token { $0["nbf"] = .integer(start) }
      let path = try plugin.directory.write(token, to: "early-\(seconds)")
      return try await plugin.run(plugin.flags("--token-file", path))
    }
    #expect(try await run(30).errors == "")
    let early = try await run(200)
    #expect(early.ending == .exit(0))
    let lines = plugin.masked(early.errors).split(separator: "\n")
    #expect(lines.count == 1)
    #expect(lines.first?.hasPrefix("tokenxchange: warning: ") == true)
    #expect(lines.first?.contains("not valid before TIME, in 3 min") == true)
    let tooEarly = try await run(400)
    #expect(tooEarly.ending == .exit(3))
    #expect(plugin.site.dex.tokenRequests == 2)
  }
}
