import OpenIDConnect
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// The values that select a cache entry, and those that do not.
@Suite struct CacheKeyTests {
  private static let claims =
    #""iss":"https://a","sub":"s","aud":["dex"],"kubernetes.io":{"pod":{"uid":"p"},"#
    + #""serviceaccount":{"uid":"u"}}"#

  private static func key(
    _ claims: String = claims, issuer: String? = "https://dex.example/dex",
    trust: [String] = ["system"], change: (inout TokenExchangeRequest) throws -> Void = { _ in }
  ) throws -> CacheKey? {
    var request = try CacheSample.request(subject: Sample.jwt("{\(claims)}"), issuer: issuer)
    try change(&request)
    return CacheKey(request, trust: trust)
  }

  @Test("each part of an exchange selects a different entry")
  func exchangeParts() throws {
    let keys: [(String, CacheKey?)] = [
      ("unchanged", try Self.key()),
      ("no issuer", try Self.key(issuer: nil)),
      ("issuer", try Self.key(issuer: "https://dex.example/dex/")),
      (
        "token URL",
        try Self.key { $0.tokenURL = try CacheSample.url("https://dex.example/dex/tokens") }
      ),
      ("client", try Self.key { $0.clientID = "other" }),
      ("secret", try Self.key { $0.authentication = .basic(Secret("x")) }),
      ("connector", try Self.key { $0.connectorID = "other" }),
      ("scopes", try Self.key { $0.scopes = ["openid"] }),
      ("no scopes", try Self.key { $0.scopes = [] }),
      ("joined scopes", try Self.key { $0.scopes = ["openid federated:id"] }),
      ("audiences", try Self.key { $0.audiences = ["other"] }),
      ("subject token type", try Self.key { $0.subjectTokenType = .accessToken }),
      ("requested token type", try Self.key { $0.requestedTokenType = .accessToken }),
      ("trust", try Self.key(trust: ["only", "0"])),
      ("trust from variables", try Self.key(trust: ["system", "/ca.crt"])),
      ("iss", try Self.key(Self.claims.replacing("https://a", with: "https://b"))),
      ("sub", try Self.key(Self.claims.replacing(#""s""#, with: #""t""#))),
      ("aud", try Self.key(Self.claims.replacing("dex", with: "x"))),
      ("two audiences", try Self.key(Self.claims.replacing(#""dex""#, with: #""dex","x""#))),
      ("service account", try Self.key(Self.claims.replacing(#""u""#, with: #""v""#))),
      ("pod", try Self.key(Self.claims.replacing(#""p""#, with: #""q""#))),
      ("no pod", try Self.key(Self.claims.replacing(#""pod":{"uid":"p"},"#, with: ""))),
    ]
    for (index, left) in keys.enumerated() {
      #expect(left.1 != nil, "\(left.0)")
      for right in keys[(index + 1)...] { #expect(left.1 != right.1, "\(left.0), \(right.0)") }
    }
  }

  @Test("each part of a sign-in selects a different entry")
  func loginParts() throws {
    let changes: [@Sendable (inout LoginRequest) throws -> Void] = [
      { _ in }, { $0.clientSecret = Secret("s") }, { $0.clientID = "other" },
      { $0.scopes = ["openid"] }, { $0.audiences = ["x"] },
      { $0.issuer = try CacheSample.url("https://dex.example") },
    ]
    var names = [CacheKey(try CacheSample.login(), trust: ["only", "x"]).name]
    for change in changes {
      var request = try CacheSample.login()
      try change(&request)
      names.append(CacheKey(request, trust: ["system"]).name)
    }
    #expect(Set(names).count == changes.count + 1)
  }

  @Test("a rotated subject token has the same key")
  func rotatedToken() throws {
    let first = try Self.key(Self.claims + #","exp":1,"iat":2,"jti":"a""#)
    let second = try Self.key(Self.claims + #","exp":3,"iat":4,"jti":"b""#)
    #expect(first == second)
  }

  @Test("the client secret itself is not part of the key")
  func clientSecret() throws {
    let first = try Self.key { $0.authentication = .basic(Secret("one")) }
    let second = try Self.key { $0.authentication = .post(Secret("two")) }
    #expect(first == second)
  }

  @Test(
    "only service account tokens have a key",
    arguments: [
      #""iss":"https://a","sub":"s","aud":["dex"]"#,
      #""iss":"https://a","sub":"s","aud":["dex"],"kubernetes.io":"yes""#,
      #""sub":"s","kubernetes.io":{}"#, #""iss":"https://a","kubernetes.io":{}"#,
    ])
  func otherTokens(claims: String) throws {
    #expect(try Self.key(claims) == nil)
  }

  @Test("opaque tokens have no key")
  func opaqueToken() throws {
    #expect(CacheKey(try CacheSample.request(subject: "opaque"), trust: []) == nil)
  }

  @Test("the file name is a hash")
  func name() throws {
    let name = try #require(try Self.key()).name
    #expect(name.utf8.count == 64)
    #expect(name.allSatisfy { $0.isHexDigit })
  }
}
