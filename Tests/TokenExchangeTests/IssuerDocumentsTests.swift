import TestSupport
import Testing
import TokenExchange

@Suite struct IssuerDocumentsTests {
  static let rsa = #"{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB","use":"sig"}"#
  static let ec = #"{"kty":"EC","kid":"b","crv":"P-256","x":"AQ","y":"AQ"}"#

  static func keys(_ keys: String...) -> [UInt8] {
    Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8)
  }

  static func documents(issuer: String) throws -> IssuerDocuments {
    let discovery =
      #"{"issuer":"\#(issuer)","jwks_uri":"https://10.0.0.1:6443/openid/v1/jwks","#
      + #""id_token_signing_alg_values_supported":["RS256"],"odd":{"kept":[1,2.5,null,true]}}"#
    return try IssuerDocuments(
      discovery: Array(discovery.utf8), keys: keys(rsa), sources: ("d", "k"))
  }

  @Test func onlyTheKeysAddressIsRewritten() throws {
    let url = try EndpointURL("https://oidc.example/a", source: "--public-url")
    let published = try Self.documents(issuer: "https://oidc.example/a").published(at: url)
    #expect(
      published.text()
        == #"{"id_token_signing_alg_values_supported":["RS256"],"#
        + #""issuer":"https://oidc.example/a","jwks_uri":"https://oidc.example/a/openid/v1/jwks","#
        + #""odd":{"kept":[1,2.5,null,true]}}"#)
  }

  @Test(arguments: [
    "https://oidc.example/a/", "https://oidc.example", "https://OIDC.example/a",
    "https://kubernetes.default.svc",
  ])
  func anotherIssuerIsRefused(issuer: String) throws {
    let url = try EndpointURL("https://oidc.example/a", source: "--public-url")
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
    Row("symmetric", #"{"keys":[{"kty":"oct","kid":"a","k":"AQ"}]}"#, "of the type oct"),
    Row(
      "private half", #"{"keys":[{"kty":"RSA","kid":"a","n":"AQ","e":"AQ","d":"AQ"}]}"#,
      "with its private half"),
    Row("no modulus", #"{"keys":[{"kty":"RSA","kid":"a","e":"AQ"}]}"#, "without a usable n"),
    Row(
      "bad base64", #"{"keys":[{"kty":"EC","kid":"a","crv":"P-256","x":"!","y":"AQ"}]}"#,
      "without a usable x"),
    Row("no curve", #"{"keys":[{"kty":"EC","kid":"a","x":"AQ","y":"AQ"}]}"#, "without a crv"),
  ])
  func unusableKeysAreNamed(row: Row<String, String>) {
    let problem = #expect(throws: Problem.self) {
      try KeySet(Array(row.input.utf8), source: "https://a")
    }
    #expect(problem?.sentence.contains(row.output) == true, "\(problem?.sentence ?? "")")
    #expect(problem?.category == .answer)
  }

  @Test func differencesAreSorted() throws {
    let other = #"{"kty":"RSA","kid":"a","n":"AQAC","e":"AQAB"}"#
    let live = try KeySet(Self.keys(Self.rsa, Self.ec), source: "live")
    #expect(live.keys.keys.sorted() == ["a", "b"])
    let same = try KeySet(Self.keys(Self.ec, Self.rsa), source: "copy").difference(from: live)
    #expect(same.missing + same.stale + same.changed == [])
    let stale = Self.rsa.replacing(#""kid":"a""#, with: #""kid":"z""#)
    let copy = try KeySet(Self.keys(other, stale), source: "copy").difference(from: live)
    #expect(copy.missing == ["b"])
    #expect(copy.stale == ["z"])
    #expect(copy.changed == ["a"])
  }
}
