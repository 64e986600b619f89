package import Foundation
package import TestSupport

/// Cluster A: the issuer of service account tokens.
package struct ServiceAccountIssuer: Sendable {
  /// The issuer's URL, the `iss` of its tokens.
  package var issuer: String
  package var key: RSAKey
  /// Further published keys, as during a rotation.
  package var furtherKeys: [RSAKey] = []
  package var audience = "dex"
  package var namespace = "argocd"
  package var serviceAccount = "argocd-application-controller"

  package init(issuer: String, key: RSAKey) { (self.issuer, self.key) = (issuer, key) }

  /// The `sub` of the tokens.
  package var subject: String { "system:serviceaccount:\(namespace):\(serviceAccount)" }

  /// Creates a projected token with the claims of the API server; those that `change` sets to nil
  /// are omitted.
  package func token(
    now: Date = Date(), lifetime: Int = 3600, change: (inout JSONObject) -> Void = { _ in }
  ) -> String {
    let time = Int(now.timeIntervalSince1970.rounded(.down))
    var claims: JSONObject = [
      "aud": [.string(audience)], "exp": .integer(time + lifetime), "iat": .integer(time),
      "iss": .string(issuer), "jti": .string(UUID().uuidString.lowercased()),
      "kubernetes.io": [
        "namespace": .string(namespace),
        "node": ["name": "node-1", "uid": "d1e2cd0f-870c-5b15-9d7c-16e18e0aa66d"],
        "pod": [
          "name": "argocd-application-controller-0",
          "uid": "894ed672-1e37-56dc-a4de-caa55afabea3",
        ],
        "serviceaccount": [
          "name": .string(serviceAccount), "uid": "afdb212e-584e-5cb2-abda-7d02b317abf8",
        ],
        "warnafter": .integer(time + 3607),
      ],
      "nbf": .integer(time), "sub": .string(subject),
    ]
    change(&claims)
    let token = JWT.sign(.object(claims), with: key)
    KnownSecrets.add(token, .subject)
    return token
  }
}
