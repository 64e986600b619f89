import StandIns
import TestSupport

@testable import tokenxchange

/// Faults in Dex and in the API server.
extension Fault {
  /// The causes of Dex's `access_denied`, the most likely first.
  ///
  /// The issuer publishes the token's key, so the list does not contain that cause.
  private static let denials = [
    "the issuer of connector", "userNameKey: sub", "getUserInfo: true",
    "cannot fetch the issuer's keys",
  ]

  private static func denied(
    _ name: String, _ cause: @escaping @Sendable (FaultFixture) throws -> Void
  ) -> Fault {
    .failed(
      name, .exchange, "oauth-error", "401 access_denied (no error_description)", hints: denials,
      code: .oauthError,
      cause)
  }

  static let atDex: [Fault] = [
    .failed(
      "foreign issuer", .exchange, "oauth-error", "401 access_denied (no error_description)",
      hints: ["the issuer of connector", "userNameKey: sub", "does not publish its signing key"],
      code: .oauthError
    ) { try $0.subject { $0["iss"] = "http://127.0.0.1:1" } },
    .failed(
      "another cluster with the same issuer URL", .exchange, "oauth-error",
      "401 access_denied (no error_description)",
      hints: ["the issuer does not publish its signing key (as seen from here)"],
      code: .oauthError
    ) { fixture in
      let key = try RSAKey.other
      fixture.site.clusterServer.update { $0.serviceAccounts?.key = key }
      fixture.connector { $0.keys = [key] }
    },
    denied("connector without userNameKey") { $0.connector { $0.userNameKey = "name" } },
    denied("connector with default scopes") {
      $0.connector { $0.scopes = ["openid", "profile", "email"] }
    },
    denied("connector with getUserInfo") { $0.connector { $0.getsUserInfo = true } },
    denied("foreign keys") { fixture in
      let key = try RSAKey.other
      fixture.connector { $0.keys = [key] }
    },
    .failed(
      "connector missing", .exchange, "oauth-error", "Requested connector does not exist",
      hints: ["no connector with the ID \"nope\""], code: .oauthError
    ) { $0.flags["connector-id"] = "nope" },
    .failed(
      "client unknown", .exchange, "oauth-error", "401 invalid_client",
      hints: ["Dex has no client unknown-client", "has a secret"], code: .oauthError
    ) { $0.flags["client-id"] = "unknown-client" },
    .failed(
      "secret wrong", .exchange, "oauth-error", "401 invalid_client",
      hints: ["Dex has no client conf-client", "its secret is wrong", "public"],
      code: .oauthError
    ) {
      $0.flags["client-id"] = "conf-client"
      $0.variables["TOKENXCHANGE_CLIENT_SECRET"] = "wrong-secret-wrong"
    },
    .failed(
      "secret missing", .exchange, "oauth-error", "401 invalid_client",
      hints: ["Dex has no client conf-client", "has a secret", "--client-secret-file"],
      code: .oauthError
    ) { $0.flags["client-id"] = "conf-client" },
    .failed(
      "secret given to a public client", .exchange, "oauth-error", "401 invalid_client",
      hints: ["it is public and needs none"], code: .oauthError
    ) { $0.variables["TOKENXCHANGE_CLIENT_SECRET"] = "some-secret-some" },
    .failed(
      "audience not trusted", .exchange, "oauth-error", "500 server_error",
      hints: ["target-cluster in its trustedPeers"], code: .oauthError
    ) { $0.flags["audience"] = "aloof-cluster" },
    .failed(
      "audience not trusted by Argo CD's Dex", .exchange, "invalid-response",
      "returned 303: Argo CD's Dex failed with status 500",
      hints: ["/login?has_sso_error=true", "--audience", "log of argocd-dex-server"],
      code: .invalidResponse
    ) {
      $0.flags["audience"] = "aloof-cluster"
      // The proxy of argocd-server turns each 500 of its Dex into a redirect without a body.
      let proxy = DexFault.changing {
        if $0.status == 500 { $0 = .redirect(to: "/login?has_sso_error=true", status: 303) }
      }
      $0.site.dex.inject(proxy.forever)
    },
    .warned(
      "token lifetime of 24 h", .result, "token-long-lifetime", "valid for 24 h",
      hints: ["expiry.idTokens"]
    ) {
      $0.site.dex.update { $0.tokenLifetime = 86_400 }
    },
    .warned("no expiry margin", .result, "no-expiry-margin", "--expiry-margin is 0") {
      $0.flags["expiry-margin"] = nil
    },
    .warned(
      "a user whose name is that of a service account", .username, "claim-like-service-account",
      "contains the name of another service account"
    ) {
      $0.site.dex.update {
        $0.changeClaims = { $0["name"] = "system:serviceaccount:argocd:argocd-server" }
      }
    },
    .failed(
      "API server with another client ID", .apiServer, "api-server-unauthorized",
      "returned 401 Unauthorized",
      hints: [
        "none of target-cluster", "does not trust the issuer", "claim", "cannot fetch the keys",
      ],
      code: .oauthError
    ) { $0.site.apiServer.update { $0.clientID = "other-cluster" } },
    .failed(
      "API server maps a claim that is absent", .apiServer, "api-server-unauthorized",
      "returned 401 Unauthorized",
      hints: ["(absent here: email)"], code: .oauthError
    ) { $0.site.apiServer.update { $0.userClaim = "email" } },
    .warned(
      "API server maps sub", .apiServer, "api-server-maps-sub", "the API server maps sub",
      hints: ["bind exactly this name in RBAC"]
    ) { $0.site.apiServer.update { $0.userClaim = "sub" } },
    .warned(
      "API server maps name", .apiServer, "api-server-maps-unsafe-claim",
      "the API server maps name", hints: ["federated_claims.user_id"]
    ) { $0.site.apiServer.update { $0.userClaim = "name" } },
    .warned(
      "API server maps a different name", .apiServer, "api-server-maps-unsafe-claim",
      "the API server maps name"
    ) {
      $0.site.dex.update { $0.changeClaims = { $0["name"] = "Argo" } }
      $0.site.apiServer.update { $0.userClaim = "name" }
    },
    .failed(
      "--server is not an API server", .apiServer, "not-an-api-server",
      "404 without a SelfSubjectReview", code: .invalidResponse
    ) { $0.flags["server"] = $0.site.dex.server.url },
    .failed(
      "API server down", .apiServer, "api-server-connection", "refused the connection",
      code: .network
    ) {
      $0.flags["server"] = "http://127.0.0.1:1"
    },
  ]
}
