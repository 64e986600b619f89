import Foundation
import StandIns
import TestSupport
import Testing

/// Two runs of the real kubectl share one exchange.
@Suite(
  .enabled(
    if: TestBinary.find("kubectl") != nil && TLSFront.isAvailable,
    "kubectl or nginx is not installed"))
struct CacheKubectlTests {
  @Test("two runs of kubectl share one exchange")
  func twoRuns() async throws {
    let fixture = try CacheFixture(tls: [.apiServer])
    let authority = try Data(contentsOf: URL(filePath: fixture.site.authorityFile ?? ""))
    let exec: JSONValue = [
      "apiVersion": "client.authentication.k8s.io/v1", "command": .string(TestBinary.path),
      "args": .strings(fixture.arguments(["--cache-dir", fixture.directory])),
      "interactiveMode": "Never",
    ]
    let config: JSONValue = [
      "apiVersion": "v1", "kind": "Config", "current-context": "b",
      "clusters": [
        [
          "name": "b",
          "cluster": [
            "server": .string(fixture.site.apiServerURL),
            "certificate-authority-data": .string(authority.base64EncodedString()),
          ],
        ]
      ],
      "users": [["name": "b", "user": ["exec": exec]]],
      "contexts": [["name": "b", "context": ["cluster": "b", "user": "b"]]],
    ]
    let path = try fixture.home.write(config.text, to: "kubeconfig")
    for _ in 1...2 {
      let result = try await ProcessRunner(
        TestBinary.find("kubectl") ?? "kubectl",
        ["--kubeconfig", path, "auth", "whoami", "-o", "json"],
        environment: ["HOME": fixture.home.path]
      ).result()
      #expect(result.output.contains("\"\(fixture.site.cluster.subject)\""), "\(result.errors)")
    }
    #expect(fixture.dex.tokenRequests == 1)
  }
}
