import Foundation
import StandIns
import TestSupport

extension TroubleshootingRow {
  private static let doctor = "tokenxchange doctor"
  private static let withServer = "tokenxchange doctor --server=URL"

  /// The plugin's messages, on the line before the hint.
  static let ofPlugin: [TroubleshootingRow] = [
    TroubleshootingRow(
      symptom: "the token file … does not exist", place: .plugin,
      cause: "no projected volume at that path in this pod", command: doctor,
      output: "3. subject token: FAILED: the token file"
    ) { $0.set("--token-file", "/nowhere/token") },
    TroubleshootingRow(
      symptom: "the token in … expired … ago", place: .plugin,
      cause: "mounted by subPath or copied: kubelet renews neither; or a wrong clock",
      command: doctor, output: "3. subject token: FAILED: the token in"
    ) { try $0.subject(now: Date().addingTimeInterval(-7200)) },
    TroubleshootingRow(
      symptom: "… lacks the audience …", place: .plugin,
      cause: "`--token-file` is not in the volume for Dex",
      command: "tokenxchange inspect --file=FILE", output: "3. subject token: FAILED: the token in"
    ) { $0.set("--subject-audience", "another") },
    TroubleshootingRow(
      symptom: "could not resolve host …", place: .plugin,
      cause: "misspelled, or unknown to the pod's DNS", command: doctor,
      output: "4. connection: FAILED: could not resolve host dex.invalid"
    ) { $0.set("--issuer", "https://dex.invalid/dex") },
    TroubleshootingRow(
      symptom: "… refused the connection", place: .plugin,
      cause: "Dex is down, or the port is wrong",
      command: doctor, output: "4. connection: FAILED: 127.0.0.1"
    ) { $0.set("--issuer", "http://127.0.0.1:1/dex") },
    TroubleshootingRow(
      symptom: "… returned 404", place: .plugin,
      cause: "the issuer's path, often `/dex`, is missing", command: doctor,
      output: "5. discovery: FAILED:"
    ) { $0.set("--issuer", $0.plugin.site.dex.server.url) },
    TroubleshootingRow(
      symptom: "… rejected the exchange: 401 access_denied (no error_description)", place: .plugin,
      cause: "Dex rejects the subject token: issuer, `userNameKey`, `scopes`, "
        + "`getUserInfo`, keys, clock; Dex logs the reason", command: doctor,
      output: "6. exchange: FAILED:"
    ) { $0.connector { $0.userNameKey = "name" } },
    TroubleshootingRow(
      symptom: "… rejected the exchange: 400 invalid_request: Requested connector does not exist.",
      place: .plugin, cause: "`--connector-id` is not the id of a connector of type `oidc`",
      command: doctor, output: "6. exchange: FAILED:"
    ) { $0.set("--connector-id", "nope") },
    TroubleshootingRow(
      symptom: "… rejected the exchange: 401 invalid_client: Invalid client credentials.",
      place: .plugin,
      cause: "unknown client, wrong secret, no secret for a confidential client, or one for a "
        + "public client", command: doctor, output: "6. exchange: FAILED:"
    ) { $0.set("--client-id", "conf-client") },
    TroubleshootingRow(
      symptom: "… rejected the exchange: 400 unsupported_grant_type (no error_description)",
      place: .plugin, cause: "`oauth2.grantTypes` of Dex lacks the token exchange",
      command: doctor, output: "5. discovery: FAILED:"
    ) { $0.plugin.site.dex.update { $0.grants = [GrantType.refreshToken] } },
    TroubleshootingRow(
      symptom: "… rejected the exchange: 500 server_error (no error_description)", place: .plugin,
      cause: "the client of `--audience` does not list `--client-id` in `trustedPeers`",
      command: doctor,
      output: "6. exchange: FAILED:"
    ) { $0.set("--audience", "aloof-cluster") },
    TroubleshootingRow(
      symptom: "… has the issuer …, expected …", place: .plugin,
      cause: "Dex's URL differs from its issuer: pass the issuer with `--issuer`, the "
        + "URL with `--token-url`", command: doctor,
      output: "5. discovery: FAILED: the issuer of Dex is"
    ) {
      $0.set(
        "--issuer", $0.plugin.site.dex.issuer.replacing("127.0.0.1", with: "localhost"))
    },
  ]

  /// Messages from kubectl and Argo CD.
  static let ofClient: [TroubleshootingRow] = [
    TroubleshootingRow(
      symptom: "getting credentials: exec: executable … failed with exit code 3", place: .client,
      cause: "the plugin failed; its two lines precede this one, in Argo CD in the log of the "
        + "application controller or of argocd-server", command: doctor,
      output: "3. subject token: FAILED: the token file"
    ) { $0.set("--token-file", "/nowhere/token") },
    TroubleshootingRow(
      symptom: "getting credentials: exec: executable tokenxchange not found", place: .client,
      cause: "the binary is not in this pod's PATH; Argo CD needs it in two workloads",
      command: "kubectl exec POD -- tokenxchange version", output: "works"
    ) { $0.command = "tokenxchange" },
    TroubleshootingRow(
      symptom: "exec plugin is configured to use API version client.authentication.k8s.io/v1beta1, "
        + "plugin returned version client.authentication.k8s.io/v1", place: .client,
      cause: "`--api-version` differs from the version in the kubeconfig: omit it", command: doctor,
      output: "2. exec info: WARNING: the client requests v1beta1, but --api-version is v1"
    ) {
      $0.apiVersion = "v1beta1"
      $0.set("--api-version", "v1")
      $0.environment["KUBERNETES_EXEC_INFO"] =
        #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1"}"#
    },
    TroubleshootingRow(
      symptom: "You must be logged in to the server …", place: .client,
      cause: "the API server returns 401 for Dex's token: client ID, issuer, claim or keys",
      command: withServer, output: "9. API server: FAILED: the API server"
    ) { $0.plugin.site.apiServer.update { $0.clientID = "another" } },
    TroubleshootingRow(
      symptom: #"is forbidden: User "CjpzeXN0ZW06…" cannot list"#, place: .client,
      cause: "the API server maps `sub`, which is opaque: bind exactly that name, or map "
        + "`federated_claims.user_id`", command: withServer,
      output: "9. API server: WARNING: the API server maps sub"
    ) {
      $0.plugin.site.apiServer.update {
        $0.userClaim = "sub"
        $0.allowedUsers = ["system:serviceaccount:argocd:argocd-application-controller"]
      }
    },
    TroubleshootingRow(
      symptom: #"is forbidden: User "system:serviceaccount:…" cannot list"#, place: .client,
      cause: "authentication works, but the user has no RBAC binding", command: withServer,
      output: "10. access: WARNING: system:serviceaccount:argocd:"
    ) { $0.plugin.site.apiServer.update { $0.allowedUsers = ["somebody"] } },
  ]

  /// Messages in the logs of Dex and the API server; the stand-ins have the same fault, but no log.
  static let ofLogs: [TroubleshootingRow] = [
    TroubleshootingRow(
      symptom: #"failed to verify subject token … different provider, expected … got …"#,
      place: .dex,
      cause: "`issuer:` of the connector is not exactly the token's `iss`",
      command: "tokenxchange inspect --file=FILE", output: "6. exchange: FAILED:"
    ) { try $0.subject { $0["iss"] = "https://elsewhere.example" } },
    TroubleshootingRow(
      symptom: #"failed to verify subject token … missing "name" claim"#, place: .dex,
      cause: "the connector lacks `userNameKey: sub`", command: doctor,
      output: "6. exchange: FAILED:"
    ) { $0.connector { $0.userNameKey = "name" } },
    TroubleshootingRow(
      symptom: #"failed to verify subject token … missing email claim"#, place: .dex,
      cause: "the connector lacks `scopes: [openid]`: by default it requires an email",
      command: doctor, output: "6. exchange: FAILED:"
    ) { $0.connector { $0.scopes = ["openid", "profile", "email"] } },
    TroubleshootingRow(
      symptom: #"failed to verify subject token … error loading userinfo"#, place: .dex,
      cause: "the connector has `getUserInfo: true`, or the token was sent as `access_token`",
      command: doctor, output: "6. exchange: FAILED:"
    ) { $0.connector { $0.getsUserInfo = true } },
    TroubleshootingRow(
      symptom: #"Unable to authenticate the request … expected audience … got …"#,
      place: .apiServer,
      cause: "the API server's client ID or audiences do not include `--client-id`",
      command: withServer, output: "9. API server: FAILED: the API server"
    ) { $0.plugin.site.apiServer.update { $0.clientID = "another" } },
    TroubleshootingRow(
      symptom: #"Unable to authenticate the request … parse username claims … claim not present"#,
      place: .apiServer, cause: "the claim that it maps is not in the token: a scope is missing",
      command: withServer, output: "9. API server: FAILED: the API server"
    ) {
      $0.set("--scopes", "openid,federated:id")
      $0.plugin.site.apiServer.update { $0.userClaim = "name" }
    },
  ]
}
