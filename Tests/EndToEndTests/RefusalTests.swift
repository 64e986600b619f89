import Foundation
import StandIns
import TestSupport
import Testing

/// Requests that Dex rejects, and errors that are detected before a request is sent.
struct RefusalTests {
  /// A run that fails.
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var flags: @Sendable (Plugin) throws -> [String]
    var code: Int32
    var requests: Int
    var message: String

    init(
      _ name: String, _ code: Int32, requests: Int = 1, _ message: String,
      _ flags: @escaping @Sendable (Plugin) throws -> [String]
    ) {
      testDescription = name
      self.flags = flags
      self.code = code
      self.requests = requests
      self.message = message
    }
  }

  static let refused = "Dex at http://DEX/dex/token rejected the exchange: "
  static let badClient = refused + "401 invalid_client: Invalid client credentials."

  static let rows = [
    Row("unknown client", 5, badClient) { $0.flags("--client-id", "nobody") },
    Row("confidential client without a secret", 5, badClient) {
      $0.flags("--client-id", "conf-client")
    },
    Row("wrong secret", 5, badClient) {
      $0.flags("--client-id", "conf-client")
        + ["--client-secret-file", try $0.directory.write("wrong", to: "secret")]
    },
    Row(
      "unknown connector", 5, refused + "400 invalid_request: Requested connector does not exist."
    ) {
      $0.flags("--connector-id", "nothing")
    },
    Row(
      "a token signed with an unknown key", 5,
      refused + "401 access_denied (no error_description)"
    ) {
      let forger = ServiceAccountIssuer(issuer: $0.site.cluster.issuer, key: try RSAKey.other)
      return $0.flags("--token-file", try $0.directory.write(forger.token(), to: "token"))
    },
    Row(
      "audience without trusted peers", 5, requests: 2,
      refused + "500 server_error (no error_description) (2 attempts)"
    ) { $0.flags + ["--audience", "aloof-cluster"] },
    Row("wrong path", 6, "http://DEX/dex/tokens returned 404: 404 page not found") {
      ["--token-url", $0.site.dex.issuer + "/tokens"] + $0.flags.dropFirst(2)
    },
    Row("no token file", 3, requests: 0, "the token file DIR/none does not exist") {
      $0.flags("--token-file", $0.directory.path("none"))
    },
    Row(
      "expired token", 3, requests: 0,
      "the token in DIR/token expired 2 h ago, at TIME (local clock: TIME)"
    ) {
      let token = $0.site.cluster.token(lifetime: -7200)
      return $0.flags("--token-file", try $0.directory.write(token, to: "token"))
    },
    Row(
      "wrong audience", 3, requests: 0,
      "the token in DIR/volume/token lacks the audience x: it has dex"
    ) { $0.flags + ["--subject-audience", "x"] },
    Row("no issuer", 2, requests: 0, "missing required option: --issuer or --token-url") {
      Array($0.flags.dropFirst(2))
    },
    Row("unknown flag", 2, requests: 0, "get-token has no option \"--isuer\"") {
      $0.flags + ["--isuer", "x"]
    },
    Row("unknown command", 2, requests: 0, "unknown command \"get-tokens\"") {
      ["get-tokens"] + $0.flags
    },
    Row(
      "plain http outside loopback", 2, requests: 0,
      "--issuer is plain http: http://192.0.2.1/dex would send the token unencrypted"
    ) { $0.flags("--issuer", "http://192.0.2.1/dex") },
    Row(
      "wrong issuer", 6,
      "the token from http://DEX/dex/token has the issuer http://DEX/dex, expected https://dex.example"
    ) {
      $0.flags("--issuer", "https://dex.example") + ["--token-url", $0.site.dex.tokenURL]
    },
  ]

  @Test("a failure prints two lines, and sends at most one request", arguments: rows)
  func failure(_ row: Row) async throws {
    let plugin = try Plugin()
    let result = try await plugin.run(row.flags(plugin))
    let lines = plugin.masked(result.errors).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(result.ending == .exit(row.code))
    #expect(result.output == "")
    #expect(lines.count == 3)
    #expect(lines.first == "tokenxchange: \(row.message)")
    #expect(lines.dropFirst().first?.hasPrefix("hint: ") == true)
    #expect(lines.last == "")
    #expect(plugin.site.dex.server.requests.count == row.requests)
    let subject = try String(contentsOfFile: plugin.tokenFile, encoding: .utf8)
    #expect(!result.errors.contains(subject.suffix(40)))
  }
}
