import TestSupport
import Testing
import TokenExchange

@Suite struct IssuerDocumentsTests {
  /// A modulus of 1024 bits, and one that is larger by one.
  static let modulus = Base64URL.encode([UInt8](repeating: 0xAB, count: 128))
  static let otherModulus = Base64URL.encode([UInt8](repeating: 0xAB, count: 127) + [0xAC])
  static let coordinate = Base64URL.encode([UInt8](repeating: 1, count: 32))
  static let rsa = #"{"kty":"RSA","kid":"a","n":"\#(modulus)","e":"AQAB","use":"sig"}"#
  static let ec = #"{"kty":"EC","kid":"b","crv":"P-256","x":"\#(coordinate)","y":"\#(coordinate)"}"#

  /// An RSA key with one more member.
  static func rsa(with member: String) -> String { rsa.dropLast() + ",\(member)}" }

  static func keys(_ keys: String...) -> [UInt8] {
    Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8)
  }

  static func documents(issuer: String) throws -> IssuerMetadata {
    let discovery =
      #"{"issuer":"\#(issuer)","jwks_uri":"https://10.0.0.1:6443/openid/v1/jwks","#
      + #""id_token_signing_alg_values_supported":["RS256"],"odd":{"kept":[1,2.5,null,true]},"#
      + #""client_secret":"hunter2","grant_types_supported":{"d":"hunter2"}}"#
    return try IssuerMetadata(
      discovery: Array(discovery.utf8), keys: keys(rsa), sources: ("d", "k"))
  }

  @Test func standardMembersAreKeptAndTheKeysAddressIsRewritten() throws {
    let url = try EndpointURL("https://oidc.example/a")
    let published = try Self.documents(issuer: "https://oidc.example/a").published(at: url)
    #expect(
      published.text()
        == #"{"id_token_signing_alg_values_supported":["RS256"],"#
        + #""issuer":"https://oidc.example/a","jwks_uri":"https://oidc.example/a/openid/v1/jwks"}"#)
  }

  @Test(arguments: [
    "https://oidc.example/a/", "https://oidc.example", "https://OIDC.example/a",
    "https://kubernetes.default.svc",
  ])
  func anotherIssuerIsRefused(issuer: String) throws {
    let url = try EndpointURL("https://oidc.example/a")
    let problem = #expect(throws: Problem.self) {
      try Self.documents(issuer: issuer).published(at: url)
    }
    #expect(problem?.category == .usage)
    #expect(problem?.hint.contains("--service-account-issuer") == true)
    #expect(problem?.sentence.contains("slash") == (issuer == "https://oidc.example/a/"))
  }

  @Test(arguments: [
    Row("not JSON", "<html>", "is no JSON with a list of keys"),
    Row("no list", #"{"keys":{}}"#, "is no JSON with a list of keys"),
    Row("empty list", #"{"keys":[]}"#, "holds no key at all"),
    Row("no kid", #"{"keys":[{"kty":"RSA","n":"AQ","e":"AQ"}]}"#, "holds key 1 without a kid"),
    Row("kid twice", #"{"keys":[\#(rsa),\#(rsa)]}"#, "holds the kid a twice"),
    Row("symmetric", #"{"keys":[{"kty":"oct","kid":"a"}]}"#, "of the type oct"),
    Row("symmetric with its key", #"{"keys":[{"kty":"oct","kid":"a","k":"AQ"}]}"#, "private half"),
    Row(
      "private half", #"{"keys":[{"kty":"RSA","kid":"a","n":"AQ","e":"AQ","d":"AQ"}]}"#,
      "with its private half"),
    Row("few bits", #"{"keys":[{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}]}"#, "1024 bits"),
    Row(
      "even exponent", #"{"keys":[{"kty":"RSA","kid":"a","n":"\#(modulus)","e":"Ag"}]}"#,
      "without a usable e"),
    Row(
      "exponent one", #"{"keys":[{"kty":"RSA","kid":"a","n":"\#(modulus)","e":"AQ"}]}"#,
      "without a usable e"),
    Row("for encryption", "{\"keys\":[\(rsa.replacing("sig", with: "enc"))]}", "another use"),
    Row("short coordinate", "{\"keys\":[\(ec.replacing("P-256", with: "P-384"))]}", "usable x"),
    Row("unknown curve", "{\"keys\":[\(ec.replacing("P-256", with: "P-1"))]}", "unknown curve P-1"),
    Row("no modulus", #"{"keys":[{"kty":"RSA","kid":"a","e":"AQ"}]}"#, "without a usable n"),
    Row(
      "bad base64", #"{"keys":[{"kty":"EC","kid":"a","crv":"P-256","x":"!","y":"AQ"}]}"#,
      "without a usable x"),
    Row("no curve", #"{"keys":[{"kty":"EC","kid":"a","x":"AQ","y":"AQ"}]}"#, "without a crv"),
  ])
  func unusableKeysAreNamed(row: Row<String, String>) {
    let problem = #expect(throws: Problem.self) {
      try JWKSet(Array(row.input.utf8), source: "https://a")
    }
    #expect(problem?.sentence.contains(row.output) == true, "\(problem?.sentence ?? "")")
    #expect(problem?.category == .answer)
  }

  @Test func differencesAreSorted() throws {
    let other = #"{"kty":"RSA","kid":"a","n":"\#(Self.otherModulus)","e":"AQAB"}"#
    let live = try JWKSet(Self.keys(Self.rsa, Self.ec), source: "live")
    #expect(live.keys.keys.sorted() == ["a", "b"])
    let same = try JWKSet(Self.keys(Self.ec, Self.rsa), source: "copy").difference(from: live)
    #expect(same.missing + same.stale + same.changed == [])
    let stale = Self.rsa.replacing(#""kid":"a""#, with: #""kid":"z""#)
    let copy = try JWKSet(Self.keys(other, stale), source: "copy").difference(from: live)
    #expect(copy.missing == ["b"])
    #expect(copy.stale == ["z"])
    #expect(copy.changed == ["a"])
  }

  @Test(
    "a private member in any spelling is refused",
    arguments: [
      #""d":"AQ""#, #""D":"AQ""#, #""p":"AQ""#, #""q":"AQ""#, #""dp":"AQ""#, #""DQ":"AQ""#,
      #""qi":1"#,
      #""oth":[]"#, #""k":"AQ""#, #""d ":"AQ""#, #""_d":"AQ""#, #""\u0064":null"#,
      #""pem":"-----BEGIN RSA PRIVATE KEY-----""#, #""x":{"y":"-----BEGIN PRIVATE KEY-----"}"#,
    ])
  func privateMembers(member: String) {
    let problem = #expect(throws: Problem.self) {
      try JWKSet(Self.keys(Self.rsa(with: member)), source: "https://a")
    }
    #expect(
      problem?.sentence == "the key set of https://a holds key a with its private half")
  }

  @Test("unknown members of a key are not published")
  func unknownMembers() throws {
    let key = Self.rsa(with: #""pem":"hunter2","x5u":"https://evil","alg":"RS256","key_ops":7"#)
    let keys = try JWKSet(Self.keys(key), source: "https://a")
    #expect(
      keys.document.text()
        == #"{"keys":[{"alg":"RS256","e":"AQAB","kid":"a","kty":"RSA","n":"\#(Self.modulus)","#
        + #""use":"sig"}]}"#)
  }
}
