import Foundation
import TestSupport
import Testing

/// A real kubectl with a person's kubeconfig.
@Suite(
  .enabled(
    if: TestBinary.find("kubectl") != nil && TLSFront.isAvailable && LoginStage.hasTerminals,
    "kubectl, nginx or script is not installed"))
struct LoginKubectlTests {
  @Test func oneSignInThenNoneThenASilentRefresh() async throws {
    let stage = try LoginStage(tokenLife: 70, tls: [.apiServer])
    stage.site.apiServer.update { $0.userClaim = .email }
    let authority = try Data(contentsOf: URL(filePath: stage.site.authorityFile ?? ""))
    let exec: JSONValue = [
      "apiVersion": "client.authentication.k8s.io/v1", "command": .string(TestBinary.path),
      "args": .strings(["login", "--no-browser"] + stage.flags), "interactiveMode": "IfAvailable",
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
    let whoami = "kubectl --kubeconfig '\(path)' auth whoami -o json"
    let environment = [
      "HOME": stage.home.path, "PATH": "/usr/local/bin:/usr/bin:/bin", "SHELL": "/bin/sh",
    ]
    let denied = try await ProcessRunner("sh", ["-c", whoami], environment: environment).result()
    #expect(denied.errors.contains("failed with exit code 7"))
    #expect(denied.errors.contains("hint: run this first, in a terminal: "))

    let running = try ProcessRunner(
      "script", ["-qec", whoami, "/dev/null"], environment: environment
    )
    .start()
    try await stage.approve()
    let first = await running.result
    #expect(first.output.contains("To sign in at "))
    #expect(first.output.contains("kilgore@kilgore.trout"), "\(first.output)")
    stage.dex.update { $0.tokenLifetime = 2 }
    for _ in 1...2 {
      let next = try await ProcessRunner("sh", ["-c", whoami], environment: environment).result()
      #expect(next.output.contains("kilgore@kilgore.trout"), "\(next.errors)")
      #expect(next.errors.isEmpty)
      try await Task.sleep(for: .seconds(2.5))
    }
    let last = try await ProcessRunner("sh", ["-c", whoami], environment: environment).result()
    #expect(last.output.contains("kilgore@kilgore.trout"), "\(last.errors)")
    #expect(last.errors.isEmpty)
    #expect(stage.signIns == 1)
    let refreshes = stage.dex.server.requests.filter {
      $0.formValue("grant_type") == GrantType.refreshToken
    }
    #expect(refreshes.count >= 1)
  }
}
