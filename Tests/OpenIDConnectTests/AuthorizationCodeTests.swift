import Encoding
import FoundationEssentials
import OpenIDConnect
import TestSupport
import Testing
import TokenExchange

private let state = "0102030405060708090a0b0c0d0e0f10"
private let sentNonce = "1112131415161718191a1b1c1d1e1f20"

/// The authorization request, its callback, and the exchange of the code.
@Suite struct AuthorizationCodeTests {
  private let redirectURI = "http://127.0.0.1:34567/callback"

  private func request(
    redirectURI: String? = nil, connectorID: String? = nil
  ) throws -> AuthorizationCodeRequest {
    var next: UInt8 = 0
    return AuthorizationCodeRequest(
      try ScriptedDex.request(), redirectURI: redirectURI ?? self.redirectURI,
      connectorID: connectorID
    ) { count in
      (0..<count).map { _ in
        next += 1
        return next
      }
    }
  }

  /// The expected challenge was computed with OpenSSL for this verifier.
  @Test("the URL has the parameters of RFC 6749 and RFC 7636, and contains no secret")
  func url() throws {
    let request = try request()
    #expect(request.codeVerifier.revealed == "ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0A")
    #expect(
      request.authorizationURL == "https://dex.example/dex/auth?client_id=target-cluster"
        + "&redirect_uri=http%3A%2F%2F127.0.0.1%3A34567%2Fcallback"
        + "&scope=openid+email+offline_access&response_type=code&state=\(state)"
        + "&nonce=\(sentNonce)&code_challenge=\(Self.challenge)&code_challenge_method=S256")
    #expect(!request.authorizationURL.contains(request.codeVerifier.revealed))
    let connector = try self.request(connectorID: "a b&c")
    #expect(connector.authorizationURL.hasSuffix("&connector_id=a+b%26c"))
  }

  private static let challenge = Base64URL.encode(
    RSAKey.sha256(Array("ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0A".utf8)))

  /// RFC 7636, appendix B.
  @Test("the S256 challenge equals the standard's example")
  func example() {
    let digest = SHA256.digest(Array("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".utf8))
    #expect(Base64URL.encode(digest) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
  }

  @Test(
    "only the callback of this request is accepted",
    arguments: [
      Row("a code", "/callback?code=abc&state=\(state)", .code(Secret("abc"))),
      Row("parameters in any order", "/callback?state=\(state)&code=a%20b", .code(Secret("a b"))),
      Row(
        "access_denied",
        "/callback?error=access_denied&error_description=The+user+said+no&state=\(state)",
        .refused(
          OAuthError(
            code: "access_denied", errorDescription: "The user said no", status: 303))),
      Row(
        "an error without error_description", "/callback?error=server_error&state=\(state)",
        .refused(OAuthError(code: "server_error", status: 303))),
      Row(
        "an error takes precedence over a code",
        "/callback?error=server_error&code=a&state=\(state)",
        .refused(OAuthError(code: "server_error", status: 303))),
      Row("a wrong state", "/callback?code=abc&state=\(sentNonce)", .unrelated(.state)),
      Row(
        "a wrong first digit of the state", "/callback?code=abc&state=f\(state.dropFirst())",
        .unrelated(.state)),
      Row(
        "a wrong last digit of the state", "/callback?code=abc&state=\(state.dropLast())f",
        .unrelated(.state)),
      Row("part of the state", "/callback?code=abc&state=\(state.dropLast())", .unrelated(.state)),
      Row("a missing state", "/callback?code=abc", .unrelated(.state)),
      Row("an empty state", "/callback?code=abc&state=", .unrelated(.state)),
      Row("two states", "/callback?code=abc&state=\(state)&state=\(state)", .unrelated(.state)),
      Row(
        "an error with a wrong state", "/callback?error=access_denied&state=x", .unrelated(.state)),
      Row("a missing code", "/callback?state=\(state)", .unrelated(.parameters)),
      Row("an empty code", "/callback?code=&state=\(state)", .unrelated(.parameters)),
      Row("two codes", "/callback?code=a&code=b&state=\(state)", .unrelated(.parameters)),
      Row("two errors", "/callback?error=a&error=b&state=\(state)", .unrelated(.parameters)),
      Row("the root path", "/?code=abc&state=\(state)", .unrelated(.path)),
      Row("a longer path", "/callback/?code=abc&state=\(state)", .unrelated(.path)),
      Row("a missing query", "/callback", .unrelated(.state)),
      Row("a favicon request", "/favicon.ico", .unrelated(.path)),
    ] as [Row<String, AuthorizationCodeRequest.Callback>])
  func callback(row: Row<String, AuthorizationCodeRequest.Callback>) throws {
    let callback = try request().callback(
      method: "GET", host: "127.0.0.1:34567", target: row.input)
    #expect(callback == row.output)
  }

  @Test(
    "requests with another method or host are not the callback",
    arguments: [
      Row("POST", ["POST", "127.0.0.1:34567"], .unrelated(.method)),
      Row("HEAD", ["HEAD", "127.0.0.1:34567"], .unrelated(.method)),
      Row("localhost instead of 127.0.0.1", ["GET", "localhost:34567"], .unrelated(.host)),
      Row("another site's name", ["GET", "evil.example:34567"], .unrelated(.host)),
      Row("another port", ["GET", "127.0.0.1:80"], .unrelated(.host)),
      Row("a missing port", ["GET", "127.0.0.1"], .unrelated(.host)),
    ] as [Row<[String], AuthorizationCodeRequest.Callback>])
  func methodAndHost(row: Row<[String], AuthorizationCodeRequest.Callback>) throws {
    let target = "/callback?code=abc&state=\(state)"
    let callback = try request().callback(
      method: row.input[0], host: row.input[1], target: target)
    #expect(callback == row.output)
    #expect(try request().callback(method: "GET", host: nil, target: target) == .unrelated(.host))
  }

  @Test(
    "redirect URIs of kubelogin and other tools are supported",
    arguments: ["http://localhost:8000", "http://localhost:8000/"])
  func rootCallback(uri: String) throws {
    let callback = try request(redirectURI: uri).callback(
      method: "GET", host: "localhost:8000", target: "/?code=abc&state=\(state)")
    #expect(callback == .code(Secret("abc")))
  }

  private func redeem(_ outcome: ScriptedDex.Outcome) throws -> (
    result: Result<TokenSet, GrantError>, dex: ScriptedDex
  ) {
    let dex = ScriptedDex([outcome])
    let request = try request()
    let client = dex.client(request.login)
    return (
      Result { () throws(GrantError) in
        try client.redeem(Secret("the-code"), of: request, until: 100)
      }, dex
    )
  }

  private func tokens(nonce: String?) -> ScriptedDex.Outcome {
    let end = Int(Sample.now.timeIntervalSince1970) + 600
    let claim = nonce.map { #","nonce":"\#($0)""# } ?? ""
    return ScriptedDex.tokens(
      idToken: Sample.jwt(
        #"{"iss":"https://dex.example/dex","aud":"target-cluster","exp":\#(end),"sub":"Cg"\#(claim)}"#
      ))
  }

  @Test("the constant-time comparison detects every single-bit difference")
  func constantTime() {
    let text = Array("0123456789abcdef".utf8)
    #expect("0123456789abcdef".hasSameBytesInConstantTime(as: "0123456789abcdef"))
    #expect("".hasSameBytesInConstantTime(as: ""))
    #expect(!"0123456789abcdef".hasSameBytesInConstantTime(as: "0123456789abcde"))
    for index in text.indices {
      for bit in 0..<7 {
        var other = text
        other[index] ^= 1 << UInt8(bit)
        #expect(
          !"0123456789abcdef".hasSameBytesInConstantTime(
            as: String(decoding: other, as: UTF8.self)))
      }
    }
  }

  @Test("the code is exchanged with the verifier and the original redirect URI")
  func exchange() throws {
    let (result, dex) = try redeem(tokens(nonce: sentNonce))
    #expect(try result.get().refreshToken == Secret("refresh-one"))
    let form = String(decoding: dex.requests.first?.body ?? [], as: UTF8.self)
    #expect(
      form == "grant_type=authorization_code&code=the-code"
        + "&redirect_uri=http%3A%2F%2F127.0.0.1%3A34567%2Fcallback"
        + "&code_verifier=ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0A&client_id=target-cluster")
    #expect(dex.requests.count == 1)
  }

  @Test(
    "an ID token with a wrong nonce is rejected",
    arguments: ["1112131415161718191a1b1c1d1e1f21", "", nil])
  func nonce(nonce: String?) throws {
    let (result, _) = try redeem(tokens(nonce: nonce))
    let url = try ScriptedDex.request().tokenURL
    #expect(throws: GrantError.nonceMismatch(url)) { try result.get() }
  }

  @Test("errors contain neither the code nor the verifier")
  func secrets() throws {
    let echo = Sample.response(
      400,
      #"{"error":"invalid_grant","error_description":"the-code, "#
        + #"ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0A"}"#)
    let (result, _) = try redeem(.success(echo))
    let url = try ScriptedDex.request().tokenURL
    #expect(
      throws: GrantError.oauth(
        OAuthError(
          code: "invalid_grant", errorDescription: "[redacted], [redacted]", status: 400), url)
    ) { try result.get() }
  }
}
