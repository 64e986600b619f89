import Foundation
import StandIns
import TestSupport
import Testing

/// kubectl accepts the README's first example, with this test's addresses.
@Suite(
  .enabled(if: TestBinary.find("kubectl") != nil, "SKIPPED: kubectl is not installed"),
  .enabled(if: TLSFront.isAvailable, "SKIPPED: nginx is not installed"))
struct ReadmeExampleTests {
  @Test("kubectl authenticates with the README's kubeconfig")
  func kubeconfig() async throws {
    let plugin = try Plugin(tls: [.apiServer])
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "README.md")
    let readme = try String(contentsOf: file, encoding: .utf8)
    let example = try #require(readme.firstMatch(of: /```yaml\n(apiVersion: v1\n(?s).*?)```/)).1
    #expect(example.split(separator: "\n").count <= 20)
    var kubeconfig = String(example)
    for (there, here) in [
      ("https://target.example.com:6443", plugin.site.apiServerURL),
      ("/etc/target/ca.crt", plugin.site.authorityFile ?? ""),
      ("https://dex.example.com/dex", plugin.site.dex.issuer),
      ("/var/run/secrets/tokenxchange/token", plugin.tokenFile),
      ("command: tokenxchange", "command: \(TestBinary.path)"),
    ] {
      #expect(kubeconfig.contains(there))
      kubeconfig = kubeconfig.replacing(there, with: here)
    }
    let result = try await ProcessRunner(
      TestBinary.find("kubectl") ?? "",
      [
        "--kubeconfig", plugin.directory.write(kubeconfig, to: "kubeconfig"), "auth", "whoami",
        "-o=jsonpath={.status.userInfo.username}",
      ],
      environment: ["HOME": plugin.directory.path("home")], timeout: 120
    ).result()
    #expect(result.output == plugin.site.cluster.subject)
    #expect(result.errors == "")
  }
}
