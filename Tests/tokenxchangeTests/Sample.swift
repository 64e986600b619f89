import Encoding
import FoundationEssentials
import Platform
import TokenExchange

@testable import tokenxchange

/// Tokens and responses for tests.
enum Sample {
  static let now = Date(timeIntervalSince1970: 1_795_223_258)
  static let base = [
    "--issuer=https://dex.example/dex", "--client-id=target-cluster",
    "--connector-id=argocd-cluster", "--token-file=/tokens/token",
  ]

  static func jwt(_ claims: String) -> String {
    [#"{"alg":"RS256"}"#, claims].map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".")
      + ".c2VjcmV0LXNpZ25hdHVyZQ"
  }

  static let subject = jwt(
    #"{"aud":["dex"],"exp":1795226858,"iss":"https://cluster-a.example","kubernetes.io":{},"#
      + #""sub":"system:serviceaccount:argocd:argocd-server"}"#)

  static let issued = issued()

  static func issued(
    issuer: String = "https://dex.example/dex", audience: String = "target-cluster",
    expiry: Int = 1_795_223_858
  ) -> String {
    jwt(#"{"iss":"\#(issuer)","aud":"\#(audience)","exp":\#(expiry),"sub":"Cg"}"#)
  }

  static func response(
    _ status: Int, _ body: String, type: String = "application/json",
    headers: [String: String] = [:]
  ) -> WorldDouble.Outcome {
    .success(
      HTTPResponse(
        status: status, headers: headers.merging(["content-type": type]) { old, _ in old },
        body: Array(body.utf8)))
  }

  static func token(_ token: String, more: String = "") -> WorldDouble.Outcome {
    response(200, #"{"access_token":"\#(token)","token_type":"bearer"\#(more)}"#)
  }

  /// A world in which the exchange works by default.
  static func world(
    variables: [String: String] = [:], subject: Result<[UInt8], FileReadError>? = nil,
    files: [String: Result<[UInt8], FileReadError>] = [:], outcomes: [WorldDouble.Outcome]? = nil,
    outputError: SystemError? = nil
  ) -> WorldDouble {
    var files = files
    files[WorldDouble.tokenPath] = subject ?? .success(Array(Sample.subject.utf8))
    return WorldDouble(
      variables: variables, files: files, outcomes: outcomes ?? [token(issued)],
      outputError: outputError)
  }
}
