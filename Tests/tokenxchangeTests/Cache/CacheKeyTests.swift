import FoundationEssentials
import TestSupport
import Testing
import TokenExchange

/// What must and what must not lead to another entry.
@Suite struct CacheKeyTests {
  private static let claims =
    #""iss":"https://a","sub":"s","aud":["dex"],"kubernetes.io":{"pod":{"uid":"p"},"#
    + #""serviceaccount":{"uid":"u"}}"#

  private static func key(
    _ claims: String = claims, issuer: String? = "https://dex.example/dex",
    trust: [String] = ["system"], change: (inout ExchangeAttempt) throws -> Void = { _ in }
  ) throws -> CacheKey? {
    let token = Sample.jwt("{\(claims)}")
    var attempt = try Sample.attempt(Sample.request(subject: token), issuer: issuer)
    try change(&attempt)
    return CacheKey(attempt, trust: trust)
  }

  @Test func everythingThatMattersIsPartOfIt() throws {
    let keys: [(String, CacheKey?)] = [
      ("plain", try Self.key()),
      ("no issuer", try Self.key(issuer: nil)),
      ("issuer", try Self.key(issuer: "https://dex.example/dex/")),
      ("token URL", try Self.key { $0.url = try Sample.url("https://dex.example/dex/tokens") }),
      ("client", try Self.key { $0.request.clientID = "other" }),
      ("secret", try Self.key { $0.request.authentication = .basic(Secret("x")) }),
      ("connector", try Self.key { $0.request.connectorID = "other" }),
      ("scopes", try Self.key { $0.request.scopes = ["openid"] }),
      ("no scopes", try Self.key { $0.request.scopes = [] }),
      ("joined scopes", try Self.key { $0.request.scopes = ["openid federated:id"] }),
      ("audiences", try Self.key { $0.request.audiences = ["other"] }),
      ("subject type", try Self.key { $0.request.subjectTokenType = .accessToken }),
      ("requested type", try Self.key { $0.request.requestedTokenType = .accessToken }),
      ("trust", try Self.key(trust: ["only", "0"])),
      ("trust of variables", try Self.key(trust: ["system", "/ca.crt"])),
      ("iss", try Self.key(Self.claims.replacing("https://a", with: "https://b"))),
      ("sub", try Self.key(Self.claims.replacing(#""s""#, with: #""t""#))),
      ("aud", try Self.key(Self.claims.replacing("dex", with: "x"))),
      ("two aud", try Self.key(Self.claims.replacing(#""dex""#, with: #""dex","x""#))),
      ("service account", try Self.key(Self.claims.replacing(#""u""#, with: #""v""#))),
      ("pod", try Self.key(Self.claims.replacing(#""p""#, with: #""q""#))),
      ("no pod", try Self.key(Self.claims.replacing(#""pod":{"uid":"p"},"#, with: ""))),
    ]
    for (index, left) in keys.enumerated() {
      #expect(left.1 != nil, "\(left.0)")
      for right in keys[(index + 1)...] {
        #expect(left.1 != right.1, "\(left.0), \(right.0)")
        #expect(left.1?.name != right.1?.name, "\(left.0), \(right.0)")
      }
    }
  }

  @Test func aRotatedTokenKeepsItsKey() throws {
    let first = try Self.key(Self.claims + #","exp":1,"iat":2,"jti":"a""#)
    let second = try Self.key(Self.claims + #","exp":3,"iat":4,"jti":"b""#)
    #expect(first == second)
    #expect(first?.name == second?.name)
  }

  @Test func theSecretItselfIsNotInIt() throws {
    let first = try Self.key { $0.request.authentication = .basic(Secret("one")) }
    let second = try Self.key { $0.request.authentication = .post(Secret("two")) }
    #expect(first == second)
  }

  @Test(arguments: [
    #""iss":"https://a","sub":"s","aud":["dex"]"#,
    #""iss":"https://a","sub":"s","aud":["dex"],"kubernetes.io":"yes""#,
    #""sub":"s","kubernetes.io":{}"#, #""iss":"https://a","kubernetes.io":{}"#,
  ])
  func onlyServiceAccountTokensHaveOne(claims: String) throws {
    #expect(try Self.key(claims) == nil)
  }

  @Test func opaqueTokensHaveNone() throws {
    let attempt = try Sample.attempt(Sample.request(subject: "opaque"))
    #expect(CacheKey(attempt, trust: []) == nil)
  }

  @Test func namesTellNothing() throws {
    let name = try #require(try Self.key()).name
    #expect(name.utf8.count == 64)
    #expect(name.allSatisfy { $0.isHexDigit })
  }
}
