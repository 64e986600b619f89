import Encoding
import TestSupport
import Testing
import TokenExchange

@testable import OpenIDConnect

/// Detection of the flows that a client allows, with Dex's recorded responses.
@Suite struct RedirectCheckTests {
  private let uri = "http://127.0.0.1:34567/callback"

  private static func page(_ status: Int, _ text: String) -> ScriptedDex.Outcome {
    .success(
      HTTPResponse(
        status: status, headers: ["content-type": "text/html; charset=utf-8"],
        body: Array("<h2>Bad Request</h2>\n  <p>\(text)</p>".utf8)))
  }

  private static func redirect(_ location: String) -> ScriptedDex.Outcome {
    .success(HTTPResponse(status: 303, headers: ["location": location]))
  }

  @Test(
    "a request without a response type shows which redirects Dex allows",
    arguments: [
      Row(
        "accepted",
        redirect(
          "http://127.0.0.1:34567/callback?error=invalid_request"
            + "&error_description=No+response_type+provided&state="), .accepted),
      Row("unregistered redirect URI", page(400, "Unregistered redirect_uri."), .unregistered),
      Row("unknown client, Dex 2.45", page(404, "Invalid client_id."), .unknownClient),
      Row("unknown client, later Dex", page(400, "Invalid client_id provided."), .unknownClient),
      Row(
        "unknown scope",
        redirect(
          "http://127.0.0.1:34567/callback?error=invalid_scope"
            + "&error_description=Unrecognized+scope%28s%29+%5B%22x%22%5D&state="),
        .refused(
          OAuthError(
            code: "invalid_scope", errorDescription: #"Unrecognized scope(s) ["x"]"#, status: 303))),
      Row("a redirect to another site", redirect("https://login.example/"), .unknown),
      Row(
        "a redirect without an error", redirect("http://127.0.0.1:34567/callback?code=x"), .unknown),
      Row("a login page", page(200, "Log in to dex"), .unknown),
      Row("not found", page(404, "Not found"), .unknown),
      Row("server error", page(500, "Unregistered redirect_uri."), .unknown),
    ] as [Row<ScriptedDex.Outcome, RedirectCheck>])
  func check(row: Row<ScriptedDex.Outcome, RedirectCheck>) throws {
    let dex = ScriptedDex([row.input])
    let client = dex.client(try ScriptedDex.request())
    #expect(try client.check(redirectURI: uri, until: 100) == row.output)
    #expect(
      dex.requests.map(\.url) == [
        "https://dex.example/dex/auth/tokenxchange?client_id=target-cluster"
          + "&redirect_uri=http%3A%2F%2F127.0.0.1%3A34567%2Fcallback"
          + "&scope=openid+email+offline_access"
      ])
    #expect(dex.requests.map(\.method) == ["GET"])
  }

  @Test("if the client lists redirect URIs, the usual variants for the port are tried")
  func candidates() throws {
    let dex = ScriptedDex([
      Self.page(400, "Unregistered redirect_uri."), Self.page(400, "Unregistered redirect_uri."),
      Self.page(400, "Unregistered redirect_uri."), Self.page(400, "Unregistered redirect_uri."),
      Self.redirect("http://localhost:8000?error=invalid_request&error_description=x&state="),
    ])
    let client = dex.client(try ScriptedDex.request())
    let found = try client.check(
      redirectURIs: LoginClient.redirectURIs(port: 8000, isFixed: true), until: 100)
    #expect(found.uri == "http://localhost:8000")
    #expect(found.result == .accepted)
    #expect(dex.requests.count == 5)
  }

  @Test("both flows are checked for the doctor")
  func allowedFlows() throws {
    let dex = ScriptedDex([
      Self.redirect(
        "http://127.0.0.1:8000/callback?error=invalid_request&error_description=x&state="),
      .success(ScriptedDex.device), ScriptedDex.pending,
      Self.redirect(
        "/dex/auth?client_id=target-cluster&redirect_uri=%2Fdex%2Fdevice%2Fcallback&scope=openid"),
      Self.page(400, "Unregistered redirect_uri."),
    ])
    let client = dex.client(try ScriptedDex.request())
    #expect(
      try client.allowedFlows(listenPort: nil, until: 100)
        == AllowedFlows(
          browser: .accepted, device: .unregistered,
          browserRedirectURI: "http://127.0.0.1:8000/callback",
          deviceRedirectURI: "/dex/device/callback"))
    #expect(
      String(decoding: dex.requests[3].body ?? [], as: UTF8.self) == "user_code=RVCG-TBGL")
  }

  @Test("a device code page on another site is ignored")
  func unknownPage() throws {
    let dex = ScriptedDex([
      .success(ScriptedDex.device), ScriptedDex.pending, Self.page(404, "not found"),
    ])
    let client = dex.client(try ScriptedDex.request())
    let check = try client.check(try client.begin(until: 100), until: 100)
    #expect(check.result == .unknown)
    #expect(check.uri == nil)
    #expect(dex.requests.count == 3)
  }
}
