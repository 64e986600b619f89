import Foundation
import TestSupport
import Testing

/// Two runs of a real kubectl with one exchange.
@Suite(
  .enabled(
    if: TestBinary.find("kubectl") != nil && TLSFront.isAvailable,
    "kubectl or nginx is not installed"))
struct CacheKubectlTests {
  @Test("two runs of kubectl, one exchange")
  func twoRuns() async throws {
    let stage = try CacheStage(tls: [.apiServer])
    let authority = try Data(contentsOf: URL(filePath: stage.site.authorityFile ?? ""))
    let exec: JSONValue = [
      "apiVersion": "client.authentication.k8s.io/v1", "command": .string(TestBinary.path),
      "args": .strings(stage.arguments(["--cache-dir", stage.directory])),
      "interactiveMode": "Never",
    ]
    let config: JSONValue = [
      "apiVersion": "v1", "kind": "Config", "current-context": "b",
      "clusters": [
        [
          "name": "b",
          "cluster": [
            "server": .string(stage.site.apiServerURL),
            "certificate-authority-data": .string(authority.base64EncodedString()),
          ],
        ]
      ],
      "users": [["name": "b", "user": ["exec": exec]]],
      "contexts": [["name": "b", "context": ["cluster": "b", "user": "b"]]],
    ]
    let path = try stage.home.write(config.text, to: "kubeconfig")
    for _ in 1...2 {
      let result = try await ProcessRunner(
        TestBinary.find("kubectl") ?? "kubectl",
        ["--kubeconfig", path, "auth", "whoami", "-o", "json"],
        environment: ["HOME": stage.home.path]
      ).result()
      #expect(result.output.contains("\"\(stage.site.cluster.subject)\""), "\(result.errors)")
    }
    #expect(stage.dex.tokenRequests == 1)
  }
}
