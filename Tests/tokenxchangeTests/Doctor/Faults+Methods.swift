import Encoding
import FoundationEssentials
import StandIns
import TestSupport

@testable import tokenxchange

/// Faults of tokens without Dex, of sign-ins, and in the user's rights.
extension Fault {
  static let ofTokenFile: [Fault] = [
    .failed(
      "token file missing", .subjectToken, "subject-token-unreadable",
      "the token file /nowhere/token does not exist",
      code: .subjectToken
    ) { $0.flags["token-file"] = "/nowhere/token" },
    .failed(
      "token file option missing", .settings, "usage", "missing required option: --token-file",
      code: .usage
    ) { $0.flags["token-file"] = nil },
    .failed(
      "token expired", .subjectToken, "subject-token-expired", "expired 20 min ago",
      code: .subjectToken
    ) { try $0.subject(age: 4800) },
    .failed(
      "token without the required audience", .subjectToken, "subject-token-audience",
      "lacks the audience vault", code: .subjectToken
    ) { $0.flags["subject-audience"] = "vault" },
    .warned("no expiry margin", .subjectToken, "no-expiry-margin", "--expiry-margin is 0") {
      $0.flags["expiry-margin"] = nil
    },
    .warned(
      "issuer down", .connection, "issuer-unreachable", "refused the connection",
      hints: ["the API server fetches the issuer's documents itself"]
    ) { try $0.subject { $0["iss"] = "http://127.0.0.1:1" } },
    .warned(
      "issuer closed to anonymous users", .discovery, "issuer-no-document", "returned 403",
      hints: ["system:service-account-issuer-discovery"]
    ) { $0.site.clusterServer.update { $0.opensDiscovery = false } },
    .failed(
      "published keys out of date", .discovery, "issuer-unknown-key", "does not publish",
      hints: ["publish-issuer"], code: .oauthError
    ) { fixture in
      let key = try RSAKey.other
      fixture.site.clusterServer.update { $0.serviceAccounts?.key = key }
    },
    .failed(
      "token for another audience", .apiServer, "api-server-unauthorized",
      "401 Unauthorized for the token in the file",
      hints: ["none of vault", "does not trust the issuer", "cannot fetch the keys of the issuer"],
      code: .oauthError
    ) { try $0.subject { $0["aud"] = ["vault"] } },
    .failed(
      "API server that does not trust the issuer", .apiServer, "api-server-unauthorized",
      "401 Unauthorized", code: .oauthError
    ) { $0.site.apiServer.update { $0.serviceAccounts = nil } },
  ]

  static let ofLogin: [Fault] = [
    .failed(
      "not signed in", .signIn, "not-signed-in", "no user is signed in at 127.0.0.1",
      hints: ["tokenxchange login --issuer="], code: .loginRequired
    ) { $0.signOut() },
    .warned(
      "refresh token revoked, ID token still valid", .signIn, "refresh-token-rejected",
      "Dex rejects the refresh token: 400 invalid_request", hints: ["tokenxchange login --issuer="]
    ) { $0.site.dex.revokeRefreshTokens() },
    .failed(
      "refresh token revoked, ID token expired", .signIn, "refresh-token-rejected",
      "and the token has expired", hints: ["sign in again"], code: .loginRequired
    ) {
      try $0.signIn(remaining: -10)
      $0.site.dex.revokeRefreshTokens()
    },
    .warned(
      "no refresh token", .signIn, "no-refresh-token", "no refresh token is stored",
      hints: ["oauth2.grantTypes"]
    ) { try $0.signIn(isRenewable: false) },
    .failed(
      "Dex fails to refresh", .signIn, "invalid-response", "returned 500", code: .network
    ) { $0.site.dex.inject(DexFault { _ in .text("down", status: 500) }.on("/token", times: nil)) },
    .failed(
      "no flow allowed", .signIn, "sign-in-flow-not-allowed",
      "the client target-cluster allows no sign-in: neither the redirect to this machine nor",
      hints: ["public without redirectURIs", "/device/callback and /dex/device/callback"],
      code: .oauthError
    ) { fixture in
      fixture.signOut()
      fixture.site.dex.update { $0.clients[0].redirectURIs = ["https://app.example/callback"] }
    },
    .warned(
      "no flow allowed, signed in", .signIn, "sign-in-flow-not-allowed",
      "the next sign-in will fail: the client target-cluster allows no sign-in",
      hints: ["public without redirectURIs"]
    ) { $0.site.dex.update { $0.clients[0].redirectURIs = ["https://app.example/callback"] } },
    .failed(
      "--flow=browser with a client for the device flow", .signIn, "sign-in-flow-not-allowed",
      "the client target-cluster does not allow the redirect to http://127.0.0.1:8000/callback",
      hints: ["--flow=device"], code: .oauthError
    ) { fixture in
      fixture.signOut()
      fixture.flags["flow"] = "browser"
      fixture.site.dex.update { $0.clients[0].redirectURIs = ["/device/callback"] }
    },
    .warned(
      "the next Dex, with a path and without redirectURIs", .signIn, "device-flow-not-allowed",
      "a sign-in without a browser (over SSH) will fail: the client target-cluster does not "
        + "allow the redirect to /dex/device/callback",
      hints: ["--flow=browser", "a client whose redirectURIs"]
    ) { $0.site.dex.update { $0.isNextVersion = true } },
    .failed(
      "--flow=device with the next Dex", .signIn, "sign-in-flow-not-allowed",
      "does not allow the redirect to /dex/device/callback", hints: ["--flow=browser"],
      code: .oauthError
    ) { fixture in
      fixture.signOut()
      fixture.flags["flow"] = "device"
      fixture.site.dex.update { $0.isNextVersion = true }
    },
    .failed(
      "a client that Dex does not know", .signIn, "sign-in-flow-not-allowed",
      "has no client other", hints: ["staticClients"], code: .oauthError
    ) { $0.flags["client-id"] = "other" },
    .failed(
      "a scope that Dex rejects in a sign-in", .signIn, "sign-in-flow-not-allowed",
      "invalid_scope", hints: ["--scopes"], code: .oauthError
    ) { $0.flags["audience"] = "aloof-cluster" },
    .warned(
      "groups of ten thousand bytes", .result, "token-large", "the Authorization header has",
      hints: ["8 KiB"]
    ) { fixture in
      let groups = (0..<400).map { "organization:team-number-\($0)" }
      fixture.site.dex.update { $0.changeClaims = { $0["groups"] = .strings(groups) } }
    },
    .failed(
      "API server with another client ID", .apiServer, "api-server-unauthorized",
      "returned 401 Unauthorized", hints: ["none of target-cluster"], code: .oauthError
    ) { $0.site.apiServer.update { $0.clientID = "other-cluster" } },
  ]

  /// Faults for all methods.
  static let rights: [Fault] = [
    .failed(
      "no rights in a namespace", .access, "access-none", "has no rights in team-a",
      hints: ["generate rbac"], code: .oauthError
    ) {
      $0.site.apiServer.update { $0.allowedUsers = [] }
      $0.flags["namespace"] = "team-a"
    },
    .failed(
      "one right missing", .access, "access-denied", "may not delete pods", code: .oauthError
    ) { fixture in
      fixture.site.apiServer.update {
        $0.allowedUsers = []
        $0.bindings = [
          APIBinding(
            "reader", group: "system:authenticated",
            rules: [.init(["get", "list"], groups: ["*"], resources: ["*"])])
        ]
      }
      fixture.flags["can"] = "list:pods,delete:pods"
    },
    .failed(
      "an invalid --can value", .settings, "access-invalid-question",
      "invalid value \"pods\" for --can",
      code: .usage
    ) { $0.flags["can"] = "pods" },
    .failed(
      "API server's CA option missing", needsTLS: true, .apiServer, "api-server-unknown-authority",
      "a certificate from an unknown issuer", hints: ["--server-ca"], code: .usage
    ) { fixture in
      try fixture.apiFront(\.server)
      fixture.flags["server-ca"] = nil
    },
    .failed(
      "API server's certificate without a subject alternative name", needsTLS: true, .apiServer,
      "certificate-without-san", "without a host name in its subject alternative name",
      hints: ["subjectAltName"], code: .network
    ) { try $0.apiFront(\.noSAN) },
  ]
}
