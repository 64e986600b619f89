import Encoding
import FoundationEssentials
import OpenIDConnect
import TokenExchange

/// Values for the sign-in tests.
enum Sample {
  static let now = Date(timeIntervalSince1970: 1_795_223_258)

  /// A JWT with the given claims in JSON, and a signature that the tests do not verify.
  static func jwt(_ claims: String) -> String {
    [#"{"alg":"RS256","kid":"k"}"#, claims].map { Base64URL.encode(Array($0.utf8)) }
      .joined(separator: ".") + ".c2lnbmF0dXJl"
  }

  /// An issued token.
  static func issued(
    lifetime: Double = 600, audience: String = #""target-cluster""#,
    issuer: String = "https://dex.example/dex"
  ) -> String {
    let expiry = Int(now.timeIntervalSince1970 + lifetime)
    return jwt(#"{"iss":"\#(issuer)","aud":\#(audience),"exp":\#(expiry),"sub":"Cg"}"#)
  }

  static func response(
    _ status: Int, _ body: String, type: String = "application/json"
  ) -> HTTPResponse {
    HTTPResponse(status: status, headers: ["content-type": type], body: Array(body.utf8))
  }
}
