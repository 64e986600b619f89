import Encoding
import TestSupport
import Testing
import TokenExchange

@Suite struct TokenExchangeRequestTests {
  static let subject = "h.p+/=.s"

  @Test("the form fields are in a fixed order")
  func fieldOrder() throws {
    let request = try Sample.request(subject: Self.subject)
    let http = request.httpRequest(userAgent: "tokenxchange/1")
    #expect(http.method == "POST")
    #expect(http.url == "https://dex.example/dex/token")
    #expect(
      http.headers == [
        .init("Content-Type", "application/x-www-form-urlencoded"),
        .init("Accept", "application/json"), .init("User-Agent", "tokenxchange/1"),
      ])
    #expect(
      String(decoding: http.body ?? [], as: UTF8.self)
        == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
        + "&connector_id=argocd-cluster&subject_token=h.p%2B%2F%3D.s"
        + "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aid_token"
        + "&requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aid_token"
        + "&scope=openid+federated%3Aid&client_id=target-cluster")
  }

  @Test(
    "the client is authenticated by header or form",
    arguments: [
      Row("none", ClientAuthentication.none, [nil, "target-cluster", nil]),
      Row(
        "basic, encoded as in the recordings", .basic(Secret("a+b%2Fc:d e&f")),
        ["Basic dGFyZ2V0LWNsdXN0ZXI6YSUyQmIlMjUyRmMlM0FkK2UlMjZm", nil, nil]),
      Row("basic, empty", .basic(Secret("")), ["Basic dGFyZ2V0LWNsdXN0ZXI6", nil, nil]),
      Row("post", .post(Secret("a+b")), [nil, "target-cluster", "a+b"]),
    ] as [Row<ClientAuthentication, [String?]>])
  func clientAuthentication(row: Row<ClientAuthentication, [String?]>) throws {
    let request = try Sample.request(row.input)
    let http = request.httpRequest(userAgent: "x")
    let authorization = http.headers.first { $0.name == "Authorization" }?.value
    let fields = Dictionary(
      uniqueKeysWithValues: request.fields.map { ($0.name, $0.value) })
    #expect([authorization, fields["client_id"], fields["client_secret"]] == row.output)
  }

  @Test("each audience becomes one scope")
  func audienceScopes() throws {
    let request = try Sample.request(audiences: ["b", "a", "b"])
    #expect(
      request.allScopes == [
        "openid", "federated:id", "audience:server:client_id:b", "audience:server:client_id:a",
      ])
    #expect(request.expectedClaims.audiences == ["b", "a", "b"])
    #expect(try Sample.request().expectedClaims.audiences == ["target-cluster"])
  }

  @Test(
    "token types are accepted as short names and URNs",
    arguments: [
      Row("short name", "id_token", "urn:ietf:params:oauth:token-type:id_token"),
      Row("another short name", "access_token", "urn:ietf:params:oauth:token-type:access_token"),
      Row("URN", "urn:x:y", "urn:x:y"), Row("unknown", "jwt", nil),
      Row("URN prefix only", "urn:", nil),
    ] as [Row<String, String?>])
  func tokenTypes(row: Row<String, String?>) {
    #expect(TokenType(row.input)?.urn == row.output)
  }
}
