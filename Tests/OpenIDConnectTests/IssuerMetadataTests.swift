import Encoding
import OpenIDConnect
import TestSupport
import Testing
import TokenExchange

struct IssuerMetadataTests {
  /// Moduli of 1024 bits.
  static let modulus = Base64URL.encode([UInt8](repeating: 0xAB, count: 128))
  static let otherModulus = Base64URL.encode([UInt8](repeating: 0xAB, count: 127) + [0xAC])
  static let coordinate = Base64URL.encode([UInt8](repeating: 1, count: 32))
  static let rsa = #"{"kty":"RSA","kid":"a","n":"\#(modulus)","e":"AQAB","use":"sig"}"#
  static let ec = #"{"kty":"EC","kid":"b","crv":"P-256","x":"\#(coordinate)","y":"\#(coordinate)"}"#

  /// An RSA key with an additional member.
  static func rsa(with member: String) -> String { rsa.dropLast() + ",\(member)}" }

  static func keys(_ keys: String...) -> [UInt8] {
    Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8)
  }

  static func metadata(issuer: String) throws -> IssuerMetadata {
    let discovery =
      #"{"issuer":"\#(issuer)","jwks_uri":"https://10.0.0.1:6443/openid/v1/jwks","#
      + #""id_token_signing_alg_values_supported":["RS256"],"odd":{"kept":[1,2.5,null,true]},"#
      + #""client_secret":"hunter2","grant_types_supported":{"d":"hunter2"}}"#
    return try IssuerMetadata(discovery: Array(discovery.utf8), keys: keys(rsa))
  }

  @Test("only standard members are published, and jwks_uri is below the public URL")
  func publishedDocument() throws {
    let url = try EndpointURL("https://oidc.example/a")
    let published = try Self.metadata(issuer: "https://oidc.example/a").published(at: url)
    #expect(
      published.text()
        == #"{"id_token_signing_alg_values_supported":["RS256"],"#
        + #""issuer":"https://oidc.example/a","jwks_uri":"https://oidc.example/a/openid/v1/jwks"}"#)
  }

  @Test(
    "documents with another issuer are not published",
    arguments: [
      "https://oidc.example/a/", "https://oidc.example", "https://OIDC.example/a",
      "https://kubernetes.default.svc",
    ])
  func otherIssuer(issuer: String) throws {
    let url = try EndpointURL("https://oidc.example/a")
    #expect(throws: IssuerMetadataError.issuerMismatch(found: issuer, expected: url.text)) {
      try Self.metadata(issuer: issuer).published(at: url)
    }
  }

  @Test(
    "unusable discovery documents are rejected",
    arguments: [
      Row("not JSON", "<html>", .discoveryNotJSON),
      Row("not an object", "[]", .discoveryNotJSON),
      Row("duplicate member", #"{"issuer":"a","issuer":"b"}"#, .duplicateMember("issuer")),
      Row("missing issuer", "{}", .missingIssuer),
      Row("empty issuer", #"{"issuer":""}"#, .missingIssuer),
      Row(
        "a key's algorithm is not listed",
        #"{"issuer":"https://a","id_token_signing_alg_values_supported":["RS256"]}"#,
        .unlistedAlgorithm(keyID: "a", algorithm: "PS256")),
    ] as [Row<String, IssuerMetadataError>])
  func unusableDiscovery(row: Row<String, IssuerMetadataError>) {
    let keys = Self.keys(Self.rsa(with: #""alg":"PS256""#))
    #expect(throws: row.output) {
      try IssuerMetadata(discovery: Array(row.input.utf8), keys: keys)
    }
  }

  @Test("errors of the key set are passed on")
  func invalidKeySet() {
    #expect(throws: IssuerMetadataError.keySet(.noKeys)) {
      try IssuerMetadata(discovery: Array(#"{"issuer":"https://a"}"#.utf8), keys: Self.keys())
    }
  }

  @Test(
    "unusable key sets are rejected",
    arguments: [
      Row("not JSON", "<html>", .notKeySet),
      Row("keys is not a list", #"{"keys":{}}"#, .notKeySet),
      Row("duplicate member", #"{"keys":[],"keys":[]}"#, .duplicateMember("keys")),
      Row("empty list", #"{"keys":[]}"#, .noKeys),
      Row("missing kid", #"{"keys":[{"kty":"RSA","n":"AQ","e":"AQ"}]}"#, .missingKeyID(number: 1)),
      Row("duplicate kid", #"{"keys":[\#(rsa),\#(rsa)]}"#, .duplicateKeyID("a")),
      Row(
        "symmetric", #"{"keys":[{"kty":"oct","kid":"a"}]}"#,
        .invalidKey(id: "a", .unsupportedType("oct"))),
      Row("missing kty", #"{"keys":[{"kid":"a"}]}"#, .invalidKey(id: "a", .unsupportedType(nil))),
      Row(
        "symmetric key with its value", #"{"keys":[{"kty":"oct","kid":"a","k":"AQ"}]}"#,
        .invalidKey(id: "a", .privateMembers)),
      Row(
        "private key", #"{"keys":[{"kty":"RSA","kid":"a","n":"AQ","e":"AQ","d":"AQ"}]}"#,
        .invalidKey(id: "a", .privateMembers)),
      Row(
        "short modulus", #"{"keys":[{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}]}"#,
        .invalidKey(id: "a", .shortModulus)),
      Row(
        "even exponent", #"{"keys":[{"kty":"RSA","kid":"a","n":"\#(modulus)","e":"Ag"}]}"#,
        .invalidKey(id: "a", .invalidMember("e"))),
      Row(
        "exponent of one", #"{"keys":[{"kty":"RSA","kid":"a","n":"\#(modulus)","e":"AQ"}]}"#,
        .invalidKey(id: "a", .invalidMember("e"))),
      Row(
        "encryption key", "{\"keys\":[\(rsa.replacing("sig", with: "enc"))]}",
        .invalidKey(id: "a", .notForSignatures)),
      Row(
        "short coordinate", "{\"keys\":[\(ec.replacing("P-256", with: "P-384"))]}",
        .invalidKey(id: "b", .invalidMember("x"))),
      Row(
        "unknown curve", "{\"keys\":[\(ec.replacing("P-256", with: "P-1"))]}",
        .invalidKey(id: "b", .unsupportedCurve("P-1"))),
      Row(
        "missing modulus", #"{"keys":[{"kty":"RSA","kid":"a","e":"AQ"}]}"#,
        .invalidKey(id: "a", .invalidMember("n"))),
      Row(
        "invalid base64", #"{"keys":[{"kty":"EC","kid":"a","crv":"P-256","x":"!","y":"AQ"}]}"#,
        .invalidKey(id: "a", .invalidMember("x"))),
      Row(
        "missing curve", #"{"keys":[{"kty":"EC","kid":"a","x":"AQ","y":"AQ"}]}"#,
        .invalidKey(id: "a", .invalidMember("crv"))),
    ] as [Row<String, JWKSetError>])
  func unusableKeySet(row: Row<String, JWKSetError>) {
    #expect(throws: row.output) { try JWKSet(Array(row.input.utf8)) }
  }

  @Test("differences between key sets are sorted")
  func differences() throws {
    let other = #"{"kty":"RSA","kid":"a","n":"\#(Self.otherModulus)","e":"AQAB"}"#
    let live = try JWKSet(Self.keys(Self.rsa, Self.ec))
    #expect(live.keys.keys.sorted() == ["a", "b"])
    let same = try JWKSet(Self.keys(Self.ec, Self.rsa))
    #expect(same.differences(from: live) == [])
    let stale = Self.rsa.replacing(#""kid":"a""#, with: #""kid":"z""#)
    let copy = try JWKSet(Self.keys(other, stale))
    #expect(
      copy.differences(from: live) == [.missingKey("b"), .staleKey("z"), .changedKey("a")])
  }

  @Test(
    "a private member is rejected regardless of its spelling",
    arguments: [
      #""d":"AQ""#, #""D":"AQ""#, #""p":"AQ""#, #""q":"AQ""#, #""dp":"AQ""#, #""DQ":"AQ""#,
      #""qi":1"#,
      #""oth":[]"#, #""k":"AQ""#, #""d ":"AQ""#, #""_d":"AQ""#, #""\u0064":null"#,
      #""pem":"-----BEGIN RSA PRIVATE KEY-----""#, #""x":{"y":"-----BEGIN PRIVATE KEY-----"}"#,
    ])
  func privateMembers(member: String) {
    #expect(throws: JWKSetError.invalidKey(id: "a", .privateMembers)) {
      try JWKSet(Self.keys(Self.rsa(with: member)))
    }
  }

  @Test("unknown members of a key are not published")
  func unknownMembers() throws {
    let key = Self.rsa(with: #""pem":"hunter2","x5u":"https://evil","alg":"RS256","key_ops":7"#)
    let keys = try JWKSet(Self.keys(key))
    #expect(
      keys.document.text()
        == #"{"keys":[{"alg":"RS256","e":"AQAB","kid":"a","kty":"RSA","n":"\#(Self.modulus)","#
        + #""use":"sig"}]}"#)
  }
}
