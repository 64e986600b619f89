import Foundation
import TestSupport
import Testing

/// Secrets in what is printed and written, over many kinds of run at once.
@Suite struct SecretHuntTests {
  @Test func theHuntItselfFindsEveryShape() throws {
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

  /// What goes wrong, and with which flags.
  static let runs: [Row<[DexFault], [String]>] = [
    Row("all well", [], []),
    Row("refused", [.oauth("access_denied", nil, status: 401)], []),
    Row("html", [.html(status: 200)], []), Row("busy", [.status(503), .status(503)], []),
    Row("truncated", [.truncatedJSON], []),
    Row("redirect", [.redirect(to: "https://e.example/?t=1")], []),
    Row("reset", [.delivery(.reset)], []), Row("hang", [.delivery(.hang)], ["--timeout=1s"]),
    Row("no such client", [], ["--client-id=nobody"]),
    Row("no such connector", [], ["--connector-id=nothing"]),
    Row("wrong audience", [], ["--subject-audience=other"]),
    Row("wrong issuer", [], ["--issuer=https://127.0.0.1:1/dex"]),
    Row("bad option", [], ["--output=nothing"]),
    // The server hands back all that it was given, as debugging proxies do.
    Row(
      "echo",
      [
        .response(
          .json(["error": "invalid_request", "error_description": "echo"], status: 400))
      ], []),
  ]

  @Test(arguments: runs, [[], ["--verbose"]])
  func nothingIsShownOrKept(row: Row<[DexFault], [String]>, verbose: [String]) async throws {
    let plugin = try Plugin()
    try plugin.folder.write("conf-secret\n", to: "secret", mode: 0o600)
    let home = plugin.folder.path("home")
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    plugin.site.dex.inject(row.input)
    let client = [
      "--client-id=conf-client", "--client-secret-file=" + plugin.folder.path("secret"),
    ]
    _ = try await plugin.run(
      plugin.flags + client + verbose + row.output,
      ["HOME": home, "TMPDIR": home, "XDG_CACHE_HOME": home])
    let subject = try String(contentsOfFile: plugin.tokenFile, encoding: .utf8)
    let hunt = SecretHunt([("subject token", subject), ("client secret", "conf-secret")])
    #expect(hunt.findings(below: home) == [])
  }

  @Test func aServerThatEchoesTheRequestTellsNobody() async throws {
    let plugin = try Plugin()
    let echo = try LoopbackServer { request in
      .json(
        ["error": "invalid_request", "error_description": .string(request.text)], status: 400)
    }
    defer { echo.stop() }
    let result = try await plugin.run(
      ["--token-url", echo.url + "/token"] + plugin.flags.dropFirst(2))
    #expect(result.ending == .exit(5))
    #expect(echo.requestCount == 1)
  }
}
