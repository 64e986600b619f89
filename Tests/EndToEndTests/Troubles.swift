import Foundation
import TestSupport

extension Trouble {
  private static let doctor = "tokenxchange doctor"
  private static let withServer = "tokenxchange doctor --server=URL"

  /// What the plugin itself says, in its one line before the hint.
  static let ofPlugin: [Trouble] = [
    Trouble(
      symptom: "there is no token file …", place: .plugin,
      cause: "no projected volume at that path in this pod", command: doctor,
      shows: "3. subject token: FAILED: there is no token file"
    ) { $0.set("--token-file", "/nowhere/token") },
    Trouble(
      symptom: "the token in … expired … ago", place: .plugin,
      cause: "mounted by subPath or copied: kubelet renews neither; or a wrong clock",
      command: doctor, shows: "3. subject token: FAILED: the token in"
    ) { try $0.subject(now: Date().addingTimeInterval(-7200)) },
    Trouble(
      symptom: "… lacks the audience …", place: .plugin,
      cause: "`--token-file` names another volume than the one for Dex",
      command: "tokenxchange inspect --file=FILE", shows: "3. subject token: FAILED: the token in"
    ) { $0.set("--subject-audience", "another") },
    Trouble(
      symptom: "could not resolve host …", place: .plugin,
      cause: "misspelt, or the pod's DNS does not know it", command: doctor,
      shows: "4. connection: FAILED: could not resolve host dex.invalid"
    ) { $0.set("--issuer", "https://dex.invalid/dex") },
    Trouble(
      symptom: "… refuses connections", place: .plugin, cause: "Dex is down, or the port is wrong",
      command: doctor, shows: "4. connection: FAILED: 127.0.0.1"
    ) { $0.set("--issuer", "http://127.0.0.1:1/dex") },
    Trouble(
      symptom: "… answered 404", place: .plugin,
      cause: "the issuer's path, often `/dex`, is missing", command: doctor,
      shows: "5. discovery: FAILED:"
    ) { $0.set("--issuer", $0.plugin.site.dex.server.url) },
    Trouble(
      symptom: "… refused the exchange: 401 access_denied (no error_description)", place: .plugin,
      cause: "Dex does not take the subject token: issuer, `userNameKey`, `scopes`, "
        + "`getUserInfo`, keys, clock; its log says which", command: doctor,
      shows: "6. exchange: FAILED:"
    ) { $0.connector { $0.userNameKey = "name" } },
    Trouble(
      symptom: "… refused the exchange: 400 invalid_request: Requested connector does not exist.",
      place: .plugin, cause: "`--connector-id` is not the id of a connector of type `oidc`",
      command: doctor, shows: "6. exchange: FAILED:"
    ) { $0.set("--connector-id", "nope") },
    Trouble(
      symptom: "… refused the exchange: 401 invalid_client: Invalid client credentials.",
      place: .plugin,
      cause: "unknown client, wrong secret, no secret for a confidential client, or one for a "
        + "public client", command: doctor, shows: "6. exchange: FAILED:"
    ) { $0.set("--client-id", "conf-client") },
    Trouble(
      symptom: "… refused the exchange: 400 unsupported_grant_type (no error_description)",
      place: .plugin, cause: "`oauth2.grantTypes` of Dex leaves the token exchange out",
      command: doctor, shows: "5. discovery: FAILED:"
    ) { $0.plugin.site.dex.update { $0.grants = [GrantType.refreshToken] } },
    Trouble(
      symptom: "… refused the exchange: 500 server_error (no error_description)", place: .plugin,
      cause: "the client of `--audience` does not list ours in `trustedPeers`", command: doctor,
      shows: "6. exchange: FAILED:"
    ) { $0.set("--audience", "aloof-cluster") },
    Trouble(
      symptom: "… has the issuer … and not …", place: .plugin,
      cause: "Dex is reached by another address than its name: give its name by `--issuer`, the "
        + "address by `--token-url`", command: doctor,
      shows: "5. discovery: FAILED: Dex calls itself"
    ) {
      $0.set(
        "--issuer", $0.plugin.site.dex.issuer.replacing("127.0.0.1", with: "localhost"))
    },
  ]

  /// What kubectl and Argo CD say.
  static let ofClient: [Trouble] = [
    Trouble(
      symptom: "getting credentials: exec: executable … failed with exit code 3", place: .client,
      cause: "the plugin failed; its two lines stand above, in Argo CD in the log of the "
        + "application controller or of argocd-server", command: doctor,
      shows: "3. subject token: FAILED: there is no token file"
    ) { $0.set("--token-file", "/nowhere/token") },
    Trouble(
      symptom: "getting credentials: exec: executable tokenxchange not found", place: .client,
      cause: "the binary is not in this pod's PATH; Argo CD needs it in two workloads",
      command: "kubectl exec POD -- tokenxchange version", shows: "nothing is wrong"
    ) { $0.command = "tokenxchange" },
    Trouble(
      symptom: "exec plugin is configured to use API version client.authentication.k8s.io/v1beta1, "
        + "plugin returned version client.authentication.k8s.io/v1", place: .client,
      cause: "`--api-version` contradicts the kubeconfig: leave it out", command: doctor,
      shows: "2. exec info: WARNING: the client asks for v1beta1, but --api-version says v1"
    ) {
      $0.apiVersion = "v1beta1"
      $0.set("--api-version", "v1")
      $0.environment["KUBERNETES_EXEC_INFO"] =
        #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1"}"#
    },
    Trouble(
      symptom: "You must be logged in to the server …", place: .client,
      cause: "the API server answers 401 to Dex's token: client ID, issuer, claim or keys",
      command: withServer, shows: "9. API server: FAILED: the API server"
    ) { $0.plugin.site.apiServer.update { $0.clientID = "another" } },
    Trouble(
      symptom: #"is forbidden: User "CjpzeXN0ZW06…" cannot list"#, place: .client,
      cause: "the API server maps `sub`, which is opaque: bind that very name, or map "
        + "`federated_claims.user_id`", command: withServer,
      shows: "9. API server: WARNING: it maps sub"
    ) {
      $0.plugin.site.apiServer.update {
        $0.userClaim = .sub
        $0.allowedUsers = ["system:serviceaccount:argocd:argocd-application-controller"]
      }
    },
    Trouble(
      symptom: #"is forbidden: User "system:serviceaccount:…" cannot list"#, place: .client,
      cause: "the user is known, but no RBAC binding names it", command: withServer,
      shows: "9. API server: ok: it sees the user system:serviceaccount:argocd:"
    ) { $0.plugin.site.apiServer.update { $0.allowedUsers = ["somebody"] } },
  ]

  /// What stands in the logs of the others; the stand-ins have the fault, but write no such log.
  static let ofLogs: [Trouble] = [
    Trouble(
      symptom: #"failed to verify subject token … different provider, expected … got …"#,
      place: .dex,
      cause: "`issuer:` of the connector is not the token's `iss`, character by character",
      command: "tokenxchange inspect --file=FILE", shows: "6. exchange: FAILED:"
    ) { try $0.subject { $0["iss"] = "https://elsewhere.example" } },
    Trouble(
      symptom: #"failed to verify subject token … missing "name" claim"#, place: .dex,
      cause: "the connector lacks `userNameKey: sub`", command: doctor,
      shows: "6. exchange: FAILED:"
    ) { $0.connector { $0.userNameKey = "name" } },
    Trouble(
      symptom: #"failed to verify subject token … missing email claim"#, place: .dex,
      cause: "the connector lacks `scopes: [openid]`: its default asks for an email",
      command: doctor, shows: "6. exchange: FAILED:"
    ) { $0.connector { $0.scopes = ["openid", "profile", "email"] } },
    Trouble(
      symptom: #"failed to verify subject token … error loading userinfo"#, place: .dex,
      cause: "the connector has `getUserInfo: true`, or the token was sent as `access_token`",
      command: doctor, shows: "6. exchange: FAILED:"
    ) { $0.connector { $0.getsUserInfo = true } },
    Trouble(
      symptom: #"Unable to authenticate the request … expected audience … got …"#,
      place: .apiServer,
      cause: "the API server's client ID or audiences are others than `--client-id`",
      command: withServer, shows: "9. API server: FAILED: the API server"
    ) { $0.plugin.site.apiServer.update { $0.clientID = "another" } },
    Trouble(
      symptom: #"Unable to authenticate the request … parse username claims … claim not present"#,
      place: .apiServer, cause: "the claim that it maps is not in the token: a scope is missing",
      command: withServer, shows: "9. API server: FAILED: the API server"
    ) {
      $0.set("--scopes", "openid,federated:id")
      $0.plugin.site.apiServer.update { $0.userClaim = .name }
    },
  ]
}
