import Foundation
import StandIns
import TestSupport
import Testing

/// Searches the output and files of many kinds of runs for secrets.
@Suite struct SecretHuntTests {
  @Test("plain, escaped and base64-encoded secrets are found")
  func findsEveryEncoding() throws {
    let token = "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2lnbmF0dXJlLW9mLXRlc3Q"
    let hunt = SecretHunt([("token", token), ("password", "p+q/r=s t")])
    let shapes = [
      token, "x c2lnbmF0dXJlLW9mLXRlc3Q y", "p+q/r=s t", "p%2Bq%2Fr%3Ds%20t",
      Data("a:\(token):b".utf8).base64EncodedString(),
      Data("ab:\(token)".utf8).base64EncodedString(), Data("p+q/r=s t".utf8).base64EncodedString(),
      Data("id:p+q/r=s t".utf8).base64EncodedString(),
    ]
    for shape in shapes { #expect(!hunt.findings(in: Data(shape.utf8)).isEmpty, "\(shape)") }
    #expect(hunt.findings(in: Data("nothing of interest".utf8)) == [])
  }

  /// Faults and flags.
  static let runs: [Row<[DexFault], [String]>] = [
    Row("success", [], []),
    Row("rejected", [.oauth("access_denied", nil, status: 401)], []),
    Row("html", [.html(status: 200)], []), Row("overloaded", [.status(503), .status(503)], []),
    Row("truncated", [.truncatedJSON], []),
    Row("redirect", [.redirect(to: "https://e.example/?t=1")], []),
    Row("reset", [.delivery(.reset)], []), Row("hang", [.delivery(.hang)], ["--timeout=1s"]),
    Row("unknown client", [], ["--client-id=nobody"]),
    Row("unknown connector", [], ["--connector-id=nothing"]),
    Row("wrong audience", [], ["--subject-audience=other"]),
    Row("wrong issuer", [], ["--issuer=https://127.0.0.1:1/dex"]),
    Row("invalid option", [], ["--output=nothing"]),
  ]

  @Test("no run prints or stores a secret", arguments: runs, [[], ["--verbose"]])
  func noSecretExposed(row: Row<[DexFault], [String]>, verbose: [String]) async throws {
    let plugin = try Plugin()
    try plugin.directory.write("conf-secret\n", to: "secret", mode: 0o600)
    let home = plugin.directory.path("home")
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    plugin.site.dex.inject(row.input)
    let client = [
      "--client-id=conf-client", "--client-secret-file=" + plugin.directory.path("secret"),
    ]
    _ = try await plugin.run(
      plugin.flags + client + verbose + row.output,
      ["HOME": home, "TMPDIR": home, "XDG_CACHE_HOME": home])
    let subject = try String(contentsOfFile: plugin.tokenFile, encoding: .utf8)
    let hunt = SecretHunt([("subject token", subject), ("client secret", "conf-secret")])
    #expect(hunt.findings(below: home) == [])
  }

  /// The runner searches the output of every program for all secrets that the stand-ins issued.
  @Test("the process runner fails a test that exposes a secret")
  func runnerDetectsSecrets() async throws {
    let plugin = try Plugin()
    let token = plugin.site.cluster.token()
    let signature = String(token.split(separator: ".")[2])
    let encoded = Data("a\(token)".utf8).base64EncodedString()
    for text in [token, signature, encoded, "conf-secret", "a%2Bb%252Fc%3Ad%20e%26f"] {
      let result = try await ProcessRunner("/bin/sh", ["-c", "echo \"$0\" >&2", text]).result()
      #expect(result.ending == .exit(199), "\(text)")
      #expect(result.errors.hasPrefix("SECRETS SHOWN: "))
    }
    let harmless = try await ProcessRunner("/bin/sh", ["-c", "echo dex >&2"]).result()
    #expect(harmless.ending == .exit(0))
  }

  /// Ways in which a server may echo a request in an error.
  static let echoes: [Row<@Sendable (LoopbackRequest) -> String, String?>] = [
    Row("the form", { $0.text }, nil),
    Row(
      "the headers", { $0.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n") }, nil),
    Row(
      "the Authorization header", { $0.header("authorization") ?? "" }, "Basic [redacted]"),
    Row(
      "half of the Authorization header",
      { String(repeating: "word ", count: 58) + ($0.header("authorization") ?? "") },
      String(repeating: "word ", count: 58) + "Basic [red…"),
    Row(
      "the signature of the token",
      { $0.formValue("subject_token")?.split(separator: ".").last.map(String.init) ?? "" },
      "[redacted]"),
    Row("the client secret in JSON", { _ in quoted(GetTokenTests.oddSecret) }, "\"[redacted]\""),
    Row("the client secret in a form", { _ in percent(GetTokenTests.oddSecret) }, "[redacted]"),
    Row("the client secret in HTML", { _ in html(GetTokenTests.oddSecret) }, "[redacted]"),
    Row(
      "the client secret, encoded twice", { _ in percent(percent(GetTokenTests.oddSecret)) }, nil),
    Row("the beginning of the client secret", { _ in "got a+b%2Fc:d e..." }, "got [redacted]..."),
    Row("the end of the client secret", { _ in "...%2Fc:d e&f is bad" }, "...[redacted] is bad"),
    Row(
      "a part of the subject token",
      { String($0.formValue("subject_token")?.prefix(60) ?? "") + "… bad" },
      "[redacted]… bad"),
  ]

  static func percent(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
  }

  static func html(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing(":", with: "&#58;")
  }

  static func quoted(_ text: String) -> String {
    "\"" + text.replacing("&", with: "\\u0026").replacing("/", with: "\\/") + "\""
  }

  @Test("secrets that a server echoes are not shown", arguments: echoes, ["basic", "post"])
  func echoedSecrets(
    row: Row<@Sendable (LoopbackRequest) -> String, String?>, method: String
  ) async throws {
    let plugin = try Plugin()
    let echo = try LoopbackServer { request in
      .json(
        ["error": "invalid_request", "error_description": .string(row.input(request))],
        status: 400)
    }
    defer { echo.stop() }
    let result = try await plugin.run(
      plugin.flags("--client-id", "conf-odd")
        + ["--token-url", echo.url + "/token", "--client-auth", method, "--verbose"],
      ["TOKENXCHANGE_CLIENT_SECRET": GetTokenTests.oddSecret])
    #expect(result.ending == .exit(5))
    #expect(echo.requests.count == 1)
    if let output = row.output, method == "basic" {
      #expect(result.errors.contains("invalid_request: \(output)\n"))
    }
  }

  @Test("if an API server echoes the bearer token, doctor and publish-issuer do not show it")
  func echoedBearerToken() async throws {
    let plugin = try Plugin()
    let echo = try LoopbackServer { request in
      .json(
        [
          "kind": "Status",
          "message": .string("rejected " + (request.header("authorization") ?? "")),
        ],
        status: 403)
    }
    defer { echo.stop() }
    let report = try await plugin.run(
      ["doctor"] + plugin.flags + ["--server", echo.url, "--verbose"])
    #expect(report.ending != .exit(0))
    #expect(!report.output.contains("eyJ"))
    #expect(!report.errors.contains("eyJ"))
    let published = try await plugin.run([
      "publish-issuer", "--from-server", echo.url, "--token-file", plugin.tokenFile,
      "--public-url=https://oidc.example", "--verbose", plugin.directory.path("site"),
    ])
    #expect(published.ending == .exit(6))
    #expect(!published.errors.contains("eyJ"))
    #expect(echo.requests.count >= 2)
  }
}
