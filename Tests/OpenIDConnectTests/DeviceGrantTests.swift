import Encoding
import FoundationEssentials
import OpenIDConnect
import TestSupport
import Testing
import TokenExchange

/// The device flow, poll by poll.
@Suite struct DeviceGrantTests {
  private let deviceURL: EndpointURL
  private let tokenURL: EndpointURL

  init() throws {
    deviceURL = try ScriptedDex.request().deviceURL
    tokenURL = try ScriptedDex.request().tokenURL
  }

  /// Requests the device authorization, and polls for the result.
  private func signIn(
    _ outcomes: [ScriptedDex.Outcome], timeout: Double = 300, clockChange: Double = 0
  ) throws -> (result: Result<TokenSet, GrantError>, dex: ScriptedDex) {
    let dex = ScriptedDex([.success(ScriptedDex.device)] + outcomes)
    let client = dex.client(try ScriptedDex.request())
    let result = Result { () throws(GrantError) -> TokenSet in
      let device = try client.begin(until: timeout)
      dex.changeClock(by: clockChange)
      return try client.wait(for: device, until: timeout)
    }
    return (result, dex)
  }

  @Test("the first poll is sent immediately, and the others after each interval")
  func interval() throws {
    let (result, dex) = try signIn([
      ScriptedDex.pending, ScriptedDex.pending, ScriptedDex.pending, ScriptedDex.tokens(),
    ])
    #expect(try result.get().refreshToken == Secret("refresh-one"))
    #expect(try result.get().idToken.jwt?.issuer == "https://dex.example/dex")
    #expect(dex.times == [0, 0, 5, 10, 15])
    let forms = dex.requests.map { String(decoding: $0.body ?? [], as: UTF8.self) }
    #expect(forms[0] == "client_id=target-cluster&scope=openid+email+offline_access")
    #expect(
      forms[1] == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
        + "&device_code=secret-device-code&client_id=target-cluster")
    #expect(
      dex.requests.map(\.url).prefix(2) == [
        "https://dex.example/dex/device/code", "https://dex.example/dex/token",
      ])
  }

  @Test("slow_down adds five seconds to all subsequent intervals")
  func slowDown() throws {
    let (result, dex) = try signIn([
      ScriptedDex.pending, ScriptedDex.slowDown, ScriptedDex.pending, ScriptedDex.slowDown,
      ScriptedDex.tokens(),
    ])
    #expect(try result.get().refreshToken != nil)
    #expect(dex.times == [0, 0, 5, 15, 25, 40])
  }

  @Test("slow_down also applies to the first poll")
  func slowDownAtOnce() throws {
    let (result, dex) = try signIn([
      ScriptedDex.slowDown, ScriptedDex.pending, ScriptedDex.tokens(),
    ])
    #expect(try result.get().refreshToken != nil)
    #expect(dex.times == [0, 0, 10, 20])
  }

  @Test("polling continues with a backoff after network failures")
  func networkFailures() throws {
    let (result, dex) = try signIn([
      ScriptedDex.pending, ScriptedDex.lost, ScriptedDex.lost, ScriptedDex.error("x", status: 200),
    ])
    #expect(throws: GrantError.oauth(OAuthError(code: "x", status: 200), tokenURL)) {
      try result.get()
    }
    #expect(dex.times == [0, 0, 5, 15, 30])
    let lost = GrantError.transport(TransportError.connectionClosed, tokenURL, timeout: 10)
    #expect(dex.events.filter { $0 == .pollFailed(lost) }.count == 2)
    let (success, _) = try signIn([
      ScriptedDex.pending, ScriptedDex.lost, .success(Sample.response(503, "")),
      ScriptedDex.tokens(),
    ])
    #expect(try success.get().refreshToken != nil)
  }

  @Test("a network failure that lasts until the code expires is reported")
  func lastError() throws {
    let (result, dex) = try signIn([ScriptedDex.pending, ScriptedDex.lost])
    let error = #expect(throws: GrantError.self) { try result.get() }
    guard case .transport(TransportError.connectionClosed, tokenURL, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(dex.uptime == 300)
  }

  @Test(
    "only a rejected certificate ends the sign-in, regardless of the host name",
    arguments: [
      Row("connection refused", .connectionRefused, false),
      Row("connection closed during the handshake", .connectionClosed, false),
      Row("handshake failed", .tls(.handshakeFailed("certificate")), false),
      Row("expired certificate", .tls(.expired), true),
      Row("unknown issuer", .tls(.unknownIssuer(reason: "self-signed certificate")), true),
      Row("name mismatch", .tls(.nameMismatch), true),
      Row("client certificate required", .tls(.clientCertificateRequired), true),
    ] as [Row<TransportError, Bool>])
  func certificates(row: Row<TransportError, Bool>) throws {
    let dex = ScriptedDex([
      .success(ScriptedDex.device), ScriptedDex.pending, .failure(row.input),
      ScriptedDex.error("expired_token"),
    ])
    var request = try ScriptedDex.request()
    request.issuer = try EndpointURL("https://certificates.example/dex")
    let client = dex.client(request)
    let device = try client.begin(until: 1000)
    let expected: GrantError =
      row.output
      ? .transport(row.input, request.tokenURL, timeout: 10) : .notCompleted(seconds: 15)
    #expect(throws: expected) { try client.wait(for: device, until: 1000) }
    #expect(dex.uptime == (row.output ? 5 : 15))
  }

  @Test("the code expires at Dex, after expires_in, or at the deadline")
  func codeExpired() throws {
    let (atDex, dex) = try signIn([
      ScriptedDex.pending, ScriptedDex.pending, ScriptedDex.error("expired_token"),
    ])
    #expect(throws: GrantError.notCompleted(seconds: 10)) { try atDex.get() }
    #expect(dex.uptime == 10)
    let (afterExpiresIn, late) = try signIn([ScriptedDex.pending])
    #expect(throws: GrantError.notCompleted(seconds: 300)) { try afterExpiresIn.get() }
    #expect(late.uptime == 300)
    let (atDeadline, _) = try signIn([ScriptedDex.pending], timeout: 12)
    #expect(throws: GrantError.notCompleted(seconds: 12)) { try atDeadline.get() }
  }

  @Test("changes of the wall clock have no effect", arguments: [-86_400.0, 250, 86_400])
  func wallClock(change: Double) throws {
    let (result, dex) = try signIn([ScriptedDex.pending], clockChange: change)
    #expect(throws: GrantError.notCompleted(seconds: 300)) { try result.get() }
    #expect(dex.uptime == 300)
  }

  @Test(
    "OAuth errors are reported before the user is prompted",
    arguments: ["access_denied", "unsupported_grant_type", "unauthorized_client"])
  func oauthErrors(code: String) throws {
    let (result, dex) = try signIn([ScriptedDex.error(code)])
    #expect(throws: GrantError.oauth(OAuthError(code: code, status: 400), tokenURL)) {
      try result.get()
    }
    #expect(dex.uptime == 0)
  }

  @Test("the ID token is validated")
  func idToken() throws {
    let (foreign, _) = try signIn([
      ScriptedDex.pending, ScriptedDex.tokens(issuer: "https://other.example"),
    ])
    let reason = InvalidToken.issuer(
      expected: "https://dex.example/dex", found: "https://other.example")
    #expect(
      throws: GrantError.invalidResponse(
        InvalidResponse(.token(reason), status: 200), tokenURL)
    ) { try foreign.get() }
    let bare = Sample.response(200, #"{"access_token":"x","token_type":"bearer"}"#)
    let (missing, _) = try signIn([ScriptedDex.pending, .success(bare)])
    #expect(throws: GrantError.missingIDToken(tokenURL)) { try missing.get() }
    let (opaque, _) = try signIn([ScriptedDex.pending, ScriptedDex.tokens(idToken: "opaque")])
    #expect(throws: GrantError.idTokenNotJWT(tokenURL)) { try opaque.get() }
  }

  @Test("errors and events contain no secret")
  func secrets() throws {
    let echo = Sample.response(
      400, #"{"error":"invalid_request","error_description":"bad secret-device-code"}"#)
    let (result, dex) = try signIn([ScriptedDex.pending, .success(echo)])
    let expected = OAuthError(
      code: "invalid_request", errorDescription: "bad [redacted]", status: 400)
    #expect(throws: GrantError.oauth(expected, tokenURL)) { try result.get() }
    #expect(!dex.events.contains { "\($0)".contains("secret-device-code") })
  }
}
