import TestSupport

@testable import tokenxchange

/// The faults at Dex and behind it.
extension Fault {
  /// What Dex's bare `access_denied` may mean, in the order of likelihood.
  private static let denials = ["issuer:", "userNameKey: sub", "getUserInfo: true", "keys that the issuer does not publish"]

  private static func denied(
    _ name: String, _ bring: @escaping @Sendable (FaultBench) throws -> Void
  ) -> Fault {
    .failed(
      name, "exchange", "401 access_denied (no error_description)", hints: denials, code: .refused,
      bring)
  }

  static let atDex: [Fault] = [
    denied("foreign issuer") { try $0.subject { $0["iss"] = "https://elsewhere.example" } },
    denied("connector without userNameKey") { $0.connector { $0.userNameKey = "name" } },
    denied("connector with default scopes") {
      $0.connector { $0.scopes = ["openid", "profile", "email"] }
    },
    denied("connector with getUserInfo") { $0.connector { $0.getsUserInfo = true } },
    denied("foreign keys") { bench in
      let key = try RSAKey()
      bench.connector { $0.keys = [key] }
    },
    .failed(
      "connector missing", "exchange", "Requested connector does not exist",
      hints: ["no connector with the id \"nope\""], code: .refused
    ) { $0.flags["connector-id"] = "nope" },
    .failed(
      "client unknown", "exchange", "401 invalid_client",
      hints: ["Dex has no client nobody", "confidential"], code: .refused
    ) { $0.flags["client-id"] = "nobody" },
    .failed(
      "secret wrong", "exchange", "401 invalid_client",
      hints: ["Dex has no client conf-client", "its secret is another one", "public"],
      code: .refused
    ) {
      $0.flags["client-id"] = "conf-client"
      $0.variables["TOKENXCHANGE_CLIENT_SECRET"] = "wrong-secret-wrong"
    },
    .failed(
      "secret missing", "exchange", "401 invalid_client",
      hints: ["Dex has no client conf-client", "confidential", "--client-secret-file"],
      code: .refused
    ) { $0.flags["client-id"] = "conf-client" },
    .failed(
      "secret given to a public client", "exchange", "401 invalid_client",
      hints: ["it is public and has none"], code: .refused
    ) { $0.variables["TOKENXCHANGE_CLIENT_SECRET"] = "some-secret-some" },
    .failed(
      "audience not trusted", "exchange", "500 server_error",
      hints: ["target-cluster in its trustedPeers"], code: .refused
    ) { $0.flags["audience"] = "aloof-cluster" },
    .warned("token life of 24 h", "result", "lives 24 h", hints: ["expiry.idTokens"]) {
      $0.site.dex.update { $0.tokenLifetime = 86_400 }
    },
    .warned("no expiry margin", "result", "--expiry-margin is 0") {
      $0.flags["expiry-margin"] = nil
    },
    .warned("somebody called like a service account", "user name", "reads like a service account") {
      $0.site.dex.update {
        $0.changeClaims = { $0["name"] = "system:serviceaccount:argocd:argocd-server" }
      }
    },
    .failed(
      "API server with another client id", "API server", "answered 401 Unauthorized",
      hints: ["none of target-cluster", "another issuer", "user name", "keys"], code: .refused
    ) { $0.site.apiServer.update { $0.clientID = "other-cluster" } },
    .failed(
      "API server maps a claim that is absent", "API server", "answered 401 Unauthorized",
      hints: ["(absent here: email)"], code: .refused
    ) { $0.site.apiServer.update { $0.userClaim = .email } },
    .warned(
      "API server maps sub", "API server", "it maps sub", hints: ["bind that very name in RBAC"]
    ) { $0.site.apiServer.update { $0.userClaim = .sub } },
    .warned(
      "API server maps name", "API server", "it maps name", hints: ["federated_claims.user_id"]
    ) { $0.site.apiServer.update { $0.userClaim = .name } },
    .warned("API server maps a name that differs", "API server", "it maps name") {
      $0.site.dex.update { $0.changeClaims = { $0["name"] = "Argo" } }
      $0.site.apiServer.update { $0.userClaim = .name }
    },
    .failed(
      "--server names something else", "API server", "404 and no SelfSubjectReview", code: .answer
    ) { $0.flags["server"] = $0.site.dex.server.url },
    .failed("API server not there", "API server", "refused the connection", code: .network) {
      $0.flags["server"] = "http://127.0.0.1:1"
    },
  ]
}
