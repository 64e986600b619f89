public import Foundation

/// Cluster A: the issuer of service account tokens.
public struct ServiceAccountIssuer: Sendable {
  /// The issuer's URL, the `iss` of its tokens.
  public var issuer: String
  /// The signing key.
  public var key: RSAKey
  /// Further published keys, as during a rotation.
  public var furtherKeys: [RSAKey] = []
  /// The default audience of tokens.
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

  /// The claims of a projected token, in the API server's form.
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

  /// Creates a token; claims that the change sets to nil are omitted.
  public func token(
    now: Date = Date(), lifetime: Int = 3600, change: (inout JSONObject) -> Void = { _ in }
  ) -> String {
    var claims = claims(now: now, lifetime: lifetime)
    change(&claims)
    let token = JWT.sign(.object(claims), with: key)
    KnownSecrets.add(token, .subject)
    return token
  }
}
