import FoundationEssentials
import TestSupport
import Testing
import TokenExchange

@Suite struct IssuedTokenTests {
  @Test("the token and its expiry are read")
  func tokenAndExpiry() throws {
    let token = try IssuedToken(
      response: Sample.success(more: #","expires_in":30"#), to: Sample.request(), sent: Sample.now,
      now: Sample.now)
    #expect(token.secret.revealed == Sample.issued())
    #expect(token.expiry == Sample.now.addingTimeInterval(600))
    #expect(token.tokenType == "bearer")
  }

  @Test(
    "an opaque token expires after expires_in",
    arguments: [
      Row("number", #","expires_in":30"#, 30), Row("string", #","expires_in":"30""#, 30),
      Row("missing", "", nil), Row("null", #","expires_in":null"#, nil),
    ] as [Row<String, Double?>])
  func opaqueTokenExpiry(row: Row<String, Double?>) throws {
    var request = try Sample.request()
    request.requestedTokenType = .accessToken
    let response = Sample.success("opaque", more: row.input)
    let token = try IssuedToken(response: response, to: request, sent: Sample.now, now: Sample.now)
    #expect(token.expiry?.timeIntervalSince(Sample.now) == row.output)
  }

  @Test("the issuer may differ only by a trailing slash")
  func trailingSlash() throws {
    let request = try Sample.request(issuer: "https://dex.example/dex/")
    let token = try IssuedToken(
      response: Sample.success(), to: request, sent: Sample.now, now: Sample.now)
    #expect(request.expectedClaims.differsOnlyBySlash(from: token.jwt?.issuer))
    #expect(try !Sample.request().expectedClaims.differsOnlyBySlash(from: token.jwt?.issuer))
  }

  @Test(
    "an opaque token is rejected where an ID token was requested, with or without an id_token",
    arguments: [
      Row("opaque token only", "", false),
      Row("with an id_token", #","id_token":"\#(Sample.issued())""#, true),
      Row("with an opaque id_token", #","id_token":"opaque""#, true),
      Row("with expires_in", #","expires_in":3600"#, false),
      Row(
        "with issued_token_type access_token",
        #","issued_token_type":"urn:ietf:params:oauth:token-type:access_token""#, false),
    ])
  func opaqueToken(row: Row<String, Bool>) throws {
    let request = try Sample.request()
    let response = Sample.response(200, #"{"access_token":"opaque"\#(row.input)}"#)
    #expect(throws: invalid(.opaque(hasIDToken: row.output))) {
      try IssuedToken(response: response, to: request, sent: Sample.now, now: Sample.now)
    }
  }

  @Test(
    "issuer and audience are compared byte by byte",
    arguments: [
      Row("e with acute accent", "\u{E9}", "e\u{301}"), Row("angstrom", "\u{C5}", "\u{212B}"),
      Row("kelvin", "K", "\u{212A}"),
    ])
  func comparesBytes(row: Row<String, String>) throws {
    var request = try Sample.request(issuer: "https://dex.example/\(row.input)")
    request.clientID = "client-\(row.input)"
    func token(_ issuer: String, _ audience: String) -> HTTPResponse {
      Sample.success(
        Sample.issued(
          audience: "\"client-\(audience)\"", issuer: "https://dex.example/\(issuer)"))
    }
    _ = try IssuedToken(
      response: token(row.input, row.input), to: request, sent: Sample.now, now: Sample.now)
    for (issuer, audience) in [(row.output, row.input), (row.input, row.output)] {
      #expect(throws: TokenResponseError.self) {
        try IssuedToken(
          response: token(issuer, audience), to: request, sent: Sample.now, now: Sample.now)
      }
    }
    let subject = Array(Sample.subject(audience: row.output).utf8)
    #expect(throws: InvalidSubjectToken.audience(required: row.input, found: [row.output])) {
      try SubjectToken(
        content: subject, requiredAudience: row.input, now: Sample.now)
    }
    #expect(DexScope.all([row.input, row.output, row.input], audiences: []).count == 2)
    #expect(Secret(row.input) != Secret(row.output))
  }

  @Test("one of several audiences must be the client ID")
  func severalAudiences() throws {
    let response = Sample.success(Sample.issued(audience: #"["x","target-cluster"]"#))
    _ = try IssuedToken(response: response, to: Sample.request(), sent: Sample.now, now: Sample.now)
  }

  @Test("every requested audience must be in the token")
  func requestedAudiences() throws {
    let request = try Sample.request(audiences: ["x", "y"])
    let response = Sample.success(Sample.issued(audience: #"["x","target-cluster"]"#))
    #expect(throws: invalid(.audience(missing: ["y"], found: ["x", "target-cluster"]))) {
      try IssuedToken(response: response, to: request, sent: Sample.now, now: Sample.now)
    }
  }

  @Test(
    "a response with an error member is an OAuth error, regardless of its status",
    arguments: [200, 201, 400, 429, 500, 503])
  func errorMember(status: Int) throws {
    let response = Sample.response(status, #"{"error":"access_denied","access_token":"x"}"#)
    #expect(throws: TokenResponseError.oauth(OAuthError(code: "access_denied", status: status))) {
      try IssuedToken(response: response, to: Sample.request(), sent: Sample.now, now: Sample.now)
    }
  }

  private func invalid(_ error: InvalidToken) -> TokenResponseError {
    .invalidResponse(InvalidResponse(.token(error), status: 200))
  }
}
