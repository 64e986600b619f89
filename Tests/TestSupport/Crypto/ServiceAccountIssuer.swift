public import Foundation

/// Cluster A: the issuer of service account tokens, and its two public documents.
public struct ServiceAccountIssuer: Sendable {
  /// The issuer's URL, the `iss` of its tokens.
  public var issuer: String
  /// The signing key.
  public var key: RSAKey
  /// The audience of tokens that do not ask for another.
  public var audience = "dex"
  /// The namespace of the service account.
  public var namespace = "argocd"
  /// The name of the service account.
  public var serviceAccount = "argocd-application-controller"
  /// The name of the pod.
  public var pod = "argocd-application-controller-0"

  /// Makes an issuer.
  public init(issuer: String, key: RSAKey) {
    self.issuer = issuer
    self.key = key
  }

  /// The `sub` of the tokens.
  public var subject: String { "system:serviceaccount:\(namespace):\(serviceAccount)" }

  /// The claims of a projected token, shaped as the API server writes them.
  public func claims(now: Date, lifetime: Int = 3600) -> JSONObject {
    let time = Int(now.timeIntervalSince1970.rounded(.down))
    return JSONObject([
      ("aud", [.string(audience)]), ("exp", .integer(time + lifetime)), ("iat", .integer(time)),
      ("iss", .string(issuer)), ("jti", .string(UUID().uuidString.lowercased())),
      (
        "kubernetes.io",
        [
          "namespace": .string(namespace),
          "node": ["name": "node-1", "uid": "d1e2cd0f-870c-5b15-9d7c-16e18e0aa66d"],
          "pod": ["name": .string(pod), "uid": "894ed672-1e37-56dc-a4de-caa55afabea3"],
          "serviceaccount": [
            "name": .string(serviceAccount), "uid": "afdb212e-584e-5cb2-abda-7d02b317abf8",
          ],
          "warnafter": .integer(time + 3607),
        ]
      ),
      ("nbf", .integer(time)), ("sub", .string(subject)),
    ])
  }

  /// Mints a token; a claim set to nil in the change is left out.
  public func token(
    now: Date = Date(), lifetime: Int = 3600, change: (inout JSONObject) -> Void = { _ in }
  ) -> String {
    var claims = claims(now: now, lifetime: lifetime)
    change(&claims)
    let token = JWT.sign(.object(claims), with: key)
    KnownSecrets.add(token, .subject)
    return token
  }

  /// Answers the issuer's discovery document and keys as the API server does; nil for other paths.
  public func answer(_ request: LoopbackRequest) -> LoopbackResponse? {
    switch request.path {
    case "/.well-known/openid-configuration":
      .json([
        "issuer": .string(issuer), "jwks_uri": .string(issuer + "/openid/v1/jwks"),
        "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
      ])
    case "/openid/v1/jwks":
      LoopbackResponse(
        headers: [("Content-Type", "application/jwk-set+json")],
        body: Array(RSAKey.keySet([key]).text.utf8))
    default: nil
    }
  }
}
