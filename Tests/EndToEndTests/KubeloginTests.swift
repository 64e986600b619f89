import Foundation
import StandIns
import TestSupport
import Testing

/// `generate kubeconfig --auth=kubelogin`, with a kubectl that first requests the server's version,
/// like the kubectl wrapper of the Google Cloud CLI.
@Suite(
  .enabled(if: TestBinary.find("kubectl") != nil, "SKIPPED: kubectl is not installed"),
  .enabled(if: TLSFront.isAvailable, "SKIPPED: nginx is not installed"))
struct KubeloginTests {
  private let plugin: Plugin
  private static let limit = 10

  init() throws {
    plugin = try Plugin(tls: [.apiServer])
    // Each start of a program appends a line to the file with its name.
    try plugin.directory.write(
      """
      #!/bin/sh
      echo "$*" >>"$LOGS/kubectl"
      [ "$(wc -l <"$LOGS/kubectl")" -lt \(Self.limit) ] || exit 1
      '\(TestBinary.find("kubectl") ?? "")' version >/dev/null 2>&1
      exec '\(TestBinary.find("kubectl") ?? "")' "$@"

      """, to: "bin/kubectl", mode: 0o755)
    try plugin.directory.write(
      """
      #!/bin/sh
      echo "$*" >>"$LOGS/kubelogin"
      cat "$LOGS/credential"

      """, to: "bin/kubectl-oidc_login", mode: 0o755)
  }

  /// Runs kubectl with a kubeconfig; returns the result and how often kubectl was started.
  private func whoami(_ kubeconfig: String) async throws -> (result: ProcessResult, starts: Int) {
    let credential = try await plugin.run()
    try plugin.directory.write(credential.output, to: "logs/credential")
    let result = try await ProcessRunner(
      plugin.directory.path("bin/kubectl"),
      ["auth", "whoami", "--output=jsonpath={.status.userInfo.username}"],
      environment: [
        "KUBECONFIG": plugin.directory.write(kubeconfig, to: "kubeconfig"),
        "HOME": plugin.directory.path("home"), "LOGS": plugin.directory.path("logs"),
        "PATH": plugin.directory.path("bin") + ":/usr/bin:/bin",
      ], timeout: 120
    ).result()
    let starts = try String(contentsOfFile: plugin.directory.path("logs/kubectl"), encoding: .utf8)
    return (result, starts.split(separator: "\n").count)
  }

  private func kubeconfig() async throws -> String {
    try await plugin.run(
      [
        "generate", "kubeconfig", "--auth=kubelogin", "--server=\(plugin.site.apiServerURL)",
        "--server-ca=\(plugin.site.authorityFile ?? "")",
        "--issuer=https://dex.example.com", "--client-id=target-cluster",
      ]
    ).output
  }

  @Test("kubectl runs kubelogin directly, and starts only once")
  func startsOnce() async throws {
    let (result, starts) = try await whoami(kubeconfig())
    #expect(result.output == plugin.site.cluster.subject)
    #expect(result.ending == .exit(0))
    #expect(starts == 1)
    let calls = try String(contentsOfFile: plugin.directory.path("logs/kubelogin"), encoding: .utf8)
    #expect(
      calls.hasPrefix(
        "get-token --oidc-issuer-url=https://dex.example.com --oidc-client-id=target-cluster "))
  }

  @Test("with `kubectl oidc-login`, kubectl would start itself endlessly")
  func startsItself() async throws {
    let indirect = try await kubeconfig()
      .replacing("command: kubectl-oidc_login", with: "command: kubectl")
      .replacing("- get-token\n", with: "- oidc-login\n          - get-token\n")
    let (_, starts) = try await whoami(indirect)
    #expect(starts >= Self.limit)
  }
}
