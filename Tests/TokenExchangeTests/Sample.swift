import Encoding
import FoundationEssentials
import TokenExchange

/// Values shared by many tests.
enum Sample {
  static let now = Date(timeIntervalSince1970: 1_795_223_258)
  static let serviceAccount = "system:serviceaccount:argocd:argocd-application-controller"

  /// A JWT with the given claims in JSON, and a signature that the tests do not verify.
  static func jwt(_ claims: String, header: String = #"{"alg":"RS256","kid":"k"}"#) -> String {
    [header, claims].map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".")
      + ".c2lnbmF0dXJl"
  }

  /// A service account token with the given lifetime in seconds.
  static func subject(
    lifetime: Double = 3600, audience: String = "dex", issuer: String = "https://cluster-a.example",
    extra: String = ""
  ) -> String {
    let end = Int(now.timeIntervalSince1970 + lifetime)
    return jwt(
      #"{"aud":["\#(audience)"],"exp":\#(end),"iss":"\#(issuer)","kubernetes.io":"#
        + #"{"namespace":"argocd"},"sub":"\#(serviceAccount)"\#(extra)}"#)
  }

  /// An issued token.
  static func issued(
    lifetime: Double = 600, audience: String = #""target-cluster""#,
    issuer: String = "https://dex.example/dex"
  ) -> String {
    let end = Int(now.timeIntervalSince1970 + lifetime)
    return jwt(#"{"iss":"\#(issuer)","aud":\#(audience),"exp":\#(end),"sub":"Cg"}"#)
  }

  static func url(_ text: String = "https://dex.example/dex/token") throws -> EndpointURL {
    try EndpointURL(text, allowsHTTP: true)
  }

  static func request(
    _ authentication: ClientAuthentication = .none, issuer: String? = "https://dex.example/dex",
    audiences: [String] = [], subject: String = subject()
  ) throws -> TokenExchangeRequest {
    TokenExchangeRequest(
      tokenURL: try url(), issuer: issuer, clientID: "target-cluster",
      authentication: authentication, connectorID: "argocd-cluster",
      subjectToken: SubjectToken(unchecked: Secret(subject)), scopes: ["openid", "federated:id"],
      audiences: audiences)
  }

  /// A response with status 200 and a token.
  static func success(_ token: String = issued(), more: String = "") -> HTTPResponse {
    HTTPResponse(
      status: 200, headers: ["content-type": "application/json"],
      body: Array(
        (#"{"access_token":"\#(token)","issued_token_type":"#
          + #""urn:ietf:params:oauth:token-type:id_token","token_type":"bearer""#
          + more + "}").utf8))
  }

  static func response(
    _ status: Int, _ body: String, type: String = "application/json",
    headers: [String: String] = [:]
  ) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: headers.merging(["content-type": type]) { old, _ in old },
      body: Array(body.utf8))
  }
}
