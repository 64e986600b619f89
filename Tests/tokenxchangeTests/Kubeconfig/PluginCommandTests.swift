import TestSupport
import Testing

@testable import tokenxchange

/// Translation of other plugins' command lines to tokenxchange options.
struct PluginCommandTests {
  private static let file = "--token-file=/var/run/secrets/tokens/token"

  private static func exec(
    _ command: String, _ arguments: [String], _ variables: [ExecCommand.Variable] = []
  ) -> ExecCommand {
    ExecCommand(
      command: command, arguments: arguments, variables: variables, apiVersion: nil,
      interactiveMode: nil, providesClusterInfo: false)
  }

  @Test(
    "options with the same meaning are translated",
    arguments: [
      Row(
        "tokenxchange", exec("/usr/local/bin/tokenxchange", ["get-token", "--client-id=b"]),
        PluginCommand(tool: .tokenxchange, words: ["get-token", "--client-id=b"])),
      Row(
        "without a command", exec("tokenxchange", ["--client-id=b"]),
        PluginCommand(tool: .tokenxchange, words: ["get-token", "--client-id=b"])),
      Row(
        "as a kubectl plugin", exec("kubectl", ["tokenxchange", "login", "--client-id=b"]),
        PluginCommand(tool: .tokenxchange, words: ["login", "--client-id=b"])),
      Row(
        "a command that prints no credential", exec("tokenxchange", ["sidecar", "--write=/f"]),
        PluginCommand(tool: .tokenxchange, words: nil)),
      Row(
        "the Go tokenxchange",
        exec(
          "tokenxchange",
          ["--oidc-endpoint=https://d/token", "--dex-connector", "c", "--client-id=b"]),
        PluginCommand(
          tool: .goTokenxchange,
          words: [
            "get-token", "--oidc-endpoint=https://d/token", "--dex-connector", "c", "--client-id=b",
          ])),
      Row(
        "kubelogin",
        exec(
          "kubectl",
          [
            "oidc-login", "get-token", "--oidc-issuer-url=https://d", "--oidc-client-id", "b",
            "--oidc-extra-scope=groups", "--oidc-extra-scope=email", "--skip-open-browser",
            "--listen-address=127.0.0.1:8000", "--insecure-skip-tls-verify",
          ]),
        PluginCommand(
          tool: .kubelogin,
          words: [
            "login", "--issuer=https://d", "--client-id=b", "--insecure-skip-tls-verify",
            "--scopes=openid,groups,email",
          ], ignored: ["--skip-open-browser", "--listen-address"])),
      Row(
        "Azure's kubelogin", exec("kubelogin", ["get-token", "--server-id=x"]),
        PluginCommand(tool: .other("kubelogin"), words: nil)),
      Row(
        "argocd-k8s-auth for a cloud", exec("argocd-k8s-auth", ["aws", "--cluster-name=b"]),
        PluginCommand(tool: .argoCDAuth, words: nil)),
      Row(
        "argocd-k8s-auth with a token file", exec("argocd-k8s-auth", ["oidc", file]),
        PluginCommand(tool: .argoCDAuth, words: ["token-file", file])),
      Row(
        "argocd-k8s-auth selected by its variable",
        exec("argocd", [], [.init(name: "ARGOCD_BINARY_NAME", value: "argocd-k8s-auth")]),
        PluginCommand(tool: .argoCDAuth, words: nil)),
      Row(
        "a shell that prints a token file",
        exec(
          "sh",
          [
            "-c",
            #"printf '{"kind":"ExecCredential","status":{"token":"%s"}}' "$(cat /var/run/secrets/tokens/token)""#,
          ]),
        PluginCommand(tool: .shell, words: ["token-file", file])),
      Row(
        "bash that reads a file",
        exec("/bin/bash", ["-ec", "echo $(</var/run/secrets/tokens/token)"]),
        PluginCommand(tool: .shell, words: ["token-file", file])),
      Row(
        "a shell that exchanges with curl",
        exec(
          "sh",
          [
            "-c",
            "curl -s https://d/dex/token -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange "
              + "-d connector_id=c -d client_id=b --data-urlencode subject_token@/var/run/secrets/tokens/token",
          ]),
        PluginCommand(
          tool: .shell,
          words: [
            "get-token", "--token-url=https://d/dex/token", "--client-id=b", "--connector-id=c",
            file,
          ])),
      Row(
        "a shell that runs tokenxchange",
        exec("sh", ["-c", "exec /opt/tokenxchange login --client-id=b"]),
        PluginCommand(tool: .shell, words: ["login", "--client-id=b"])),
      Row(
        "another shell line", exec("sh", ["-c", "vault read x"]),
        PluginCommand(tool: .shell, words: nil)),
      Row(
        "env", exec("/usr/bin/env", ["A=b", "tokenxchange", "token-file", file]),
        PluginCommand(tool: .tokenxchange, words: ["token-file", file])),
      Row(
        "another program", exec("aws", ["eks", "get-token"]),
        PluginCommand(tool: .other("aws"), words: nil)),
    ] as [Row<ExecCommand, PluginCommand>])
  func translation(_ row: Row<ExecCommand, PluginCommand>) {
    #expect(PluginCommand(row.input) == row.output)
  }

  @Test("the suggested command uses current option names and contains no secret")
  func line() {
    let command = PluginCommand(
      tool: .goTokenxchange,
      words: [
        "get-token", "--dex-connector=c", "--oidc-endpoint=https://d", "--client-secret=hunter2",
        "--certificate-authority-data", "QQ==", "--client-secret", "hunter2", "--verbose",
      ])
    #expect(
      command.configurationLine
        == #""command": "tokenxchange", "args": ["get-token", "--connector-id=c", "#
        + #""--token-url=https://d", "--client-secret-file=FILE", "#
        + #""--certificate-authority-data=BASE64", "--client-secret-file=FILE", "--verbose"]"#)
  }
}
