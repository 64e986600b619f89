import FoundationEssentials
import TestSupport
import Testing
import TokenExchange

/// The device flow, poll by poll, and the refresh.
@Suite struct LoginClientTests {
  /// Begins and waits; gives the seconds at which the polls after the first came.
  private func signIn(
    _ outcomes: [LoginScene.Outcome], timeout: Double = 300, jump: Double = 0
  ) throws -> (result: Result<TokenSet, Problem>, scene: LoginScene) {
    let scene = LoginScene([.success(LoginScene.device)] + outcomes)
    let client = scene.client(try LoginScene.request())
    let result = Result { () throws(Problem) -> TokenSet in
      let device = try client.begin(until: timeout)
      scene.set(by: jump)
      return try client.wait(for: device, until: timeout)
    }
    return (result, scene)
  }

  @Test func aFirstPollComesAtOnceAndThenEachInterval() throws {
    let (result, scene) = try signIn([
      LoginScene.pending, LoginScene.pending, LoginScene.pending, LoginScene.tokens(),
    ])
    #expect(try result.get().refreshToken == Secret("refresh-one"))
    #expect(try result.get().idToken.jwt?.issuer == "https://dex.example/dex")
    #expect(scene.times == [0, 0, 5, 10, 15])
    let forms = scene.requests.map { String(decoding: $0.body ?? [], as: UTF8.self) }
    #expect(forms[0] == "client_id=target-cluster&scope=openid+email+offline_access")
    #expect(
      forms[1] == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
        + "&device_code=secret-device-code&client_id=target-cluster")
    #expect(
      scene.requests.map(\.url).prefix(2) == [
        "https://dex.example/dex/device/code", "https://dex.example/dex/token",
      ])
  }

  @Test func slowDownAddsFiveSecondsForGood() throws {
    let (result, scene) = try signIn([
      LoginScene.pending, LoginScene.slowDown, LoginScene.pending, LoginScene.slowDown,
      LoginScene.tokens(),
    ])
    #expect(try result.get().refreshToken != nil)
    #expect(scene.times == [0, 0, 5, 15, 25, 40])
    // The first poll, before anybody is asked, is one like any other.
    let (early, busy) = try signIn([
      LoginScene.slowDown, LoginScene.pending, LoginScene.tokens(),
    ])
    #expect(try early.get().refreshToken != nil)
    #expect(busy.times == [0, 0, 10, 20])
  }

  @Test func aLostNetworkIsWaitedOut() throws {
    let (result, scene) = try signIn([
      LoginScene.pending, LoginScene.lost, LoginScene.lost, LoginScene.error("x", status: 200),
    ])
    #expect(throws: Problem.self) { try result.get() }
    #expect(scene.times == [0, 0, 5, 15, 30])
    let (good, _) = try signIn([
      LoginScene.pending, LoginScene.lost, .success(Sample.answer(503, "")), LoginScene.tokens(),
    ])
    #expect(try good.get().refreshToken != nil)
  }

  @Test func aNetworkThatStaysLostIsNamed() throws {
    let (result, scene) = try signIn([LoginScene.pending, LoginScene.lost])
    let problem = #expect(throws: Problem.self) { try result.get() }
    #expect(problem?.category == .network)
    #expect(scene.uptime == 300)
  }

  @Test func aBadCertificateEndsItAtOnce() throws {
    let bad = TransportError(.tls, detail: "SSL certificate problem: certificate has expired")
    let (result, scene) = try signIn([LoginScene.pending, .failure(bad)])
    #expect(throws: Problem.self) { try result.get() }
    #expect(scene.uptime == 5)
  }

  @Test(
    "only a rejected certificate ends the sign-in, and no host name does",
    arguments: [
      Row("refused", TransportError(.refused), false),
      Row(
        "TLS broken off",
        TransportError(
          .tls,
          detail: "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to certificates.example:443"
        ),
        false),
      Row(
        "another name",
        TransportError(.tls, detail: "SSL: no alternative certificate subject name matches target"),
        true),
      Row(
        "client certificate wanted",
        TransportError(.tls, detail: "tlsv13 alert certificate required"), true),
    ])
  func certificates(row: Row<TransportError, Bool>) throws {
    let scene = LoginScene([
      .success(LoginScene.device), LoginScene.pending, .failure(row.input),
      LoginScene.error("expired_token"),
    ])
    var request = try LoginScene.request()
    request.issuer = try EndpointURL("https://certificates.example/dex", source: "--issuer")
    let client = scene.client(request)
    let device = try client.begin(until: 1000)
    let problem = #expect(throws: Problem.self) { try client.wait(for: device, until: 1000) }
    #expect(problem?.category == (row.output ? .network : .signIn))
  }

  @Test func nobodyCame() throws {
    let (byDex, scene) = try signIn([
      LoginScene.pending, LoginScene.pending, LoginScene.error("expired_token"),
    ])
    let problem = #expect(throws: Problem.self) { try byDex.get() }
    #expect(problem?.category == .signIn)
    #expect(problem?.sentence == "nobody signed in at dex.example within 10 s")
    #expect(scene.uptime == 10)
    let (byClock, late) = try signIn([LoginScene.pending])
    #expect(
      #expect(throws: Problem.self) { try byClock.get() }?.sentence
        == "nobody signed in at dex.example within 5 min")
    #expect(late.uptime == 300)
    let (byTimeout, _) = try signIn([LoginScene.pending], timeout: 12)
    #expect(
      #expect(throws: Problem.self) { try byTimeout.get() }?.sentence
        == "nobody signed in at dex.example within 12 s")
  }

  @Test(arguments: [-86_400.0, 250, 86_400])
  func settingTheClockChangesNothing(jump: Double) throws {
    let (result, scene) = try signIn([LoginScene.pending], jump: jump)
    #expect(#expect(throws: Problem.self) { try result.get() }?.category == .signIn)
    #expect(scene.uptime == 300)
  }

  @Test(arguments: [
    Row(
      "denied", "access_denied", "the person who was asked said no; run this again to ask once more"
    ),
    Row(
      "grant off", "unsupported_grant_type",
      "list urn:ietf:params:oauth:grant-type:device_code and refresh_token in oauth2.grantTypes of "
        + "Dex's config.yaml, or leave that list out"),
    Row(
      "client not allowed", "unauthorized_client",
      "let the client target-cluster use the device_code grant in Dex's config.yaml"),
  ])
  func refusalsComeBeforeAnybodyIsAsked(row: Row<String, String>) throws {
    let (result, scene) = try signIn([LoginScene.error(row.input)])
    let problem = #expect(throws: Problem.self) { try result.get() }
    #expect(problem?.category == .refused)
    #expect(
      problem?.sentence == "Dex at https://dex.example/dex/token refused the sign-in: "
        + "400 \(row.input), without a description")
    #expect(problem?.hint == row.output)
    #expect(scene.uptime == 0)
  }

  @Test func theAnswerIsChecked() throws {
    let foreign = LoginScene.tokens(issuer: "https://other.example")
    let (result, _) = try signIn([LoginScene.pending, foreign])
    #expect(#expect(throws: Problem.self) { try result.get() }?.category == .answer)
    let bare = Sample.answer(200, #"{"access_token":"x","token_type":"bearer"}"#)
    let (none, _) = try signIn([LoginScene.pending, .success(bare)])
    #expect(
      #expect(throws: Problem.self) { try none.get() }?.sentence
        == "the answer of https://dex.example/dex/token has no id_token")
    let (opaque, _) = try signIn([LoginScene.pending, LoginScene.tokens(idToken: "opaque")])
    #expect(
      #expect(throws: Problem.self) { try opaque.get() }?.sentence
        == "the id_token in the answer of https://dex.example/dex/token is not a JWT")
  }

  @Test func noSecretIsToldByProblemsOrTheLog() throws {
    let echo = Sample.answer(
      400, #"{"error":"invalid_request","error_description":"bad secret-device-code"}"#)
    let (result, scene) = try signIn([LoginScene.pending, .success(echo)])
    let problem = #expect(throws: Problem.self) { try result.get() }
    #expect(problem?.sentence.contains("[redacted]") == true)
    let all = scene.logged + [problem.map { "\($0)" } ?? ""]
    #expect(!all.contains { $0.contains("secret-device-code") })
  }
}
