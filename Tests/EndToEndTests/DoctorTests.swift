import Foundation
import StandIns
import TestSupport
import Testing

/// The doctor as a process, with the real kubectl and without kubectl.
struct DoctorTests {
  private let plugin: Plugin
  /// A file that the kubeconfig's command would create.
  private var marker: String { plugin.directory.path("was-run") }

  init() throws {
    plugin = try Plugin()
    plugin.site.dex.update { $0.tokenLifetime = 3600 }
  }

  /// A command named like the plugin that must never run.
  private func hostileCommand() throws -> String {
    try plugin.directory.write(
      "#!/bin/sh\ntouch '\(marker)'\n", to: "bin/tokenxchange", mode: 0o755)
  }

  private func blockStyle(_ command: String) -> String {
    let arguments = (plugin.flags + ["--expiry-margin", "60s"]).map { "      - \($0)\n" }.joined()
    return """
      apiVersion: v1
      kind: Config
      current-context: b
      contexts:
      - name: b
        context:
          cluster: b
          namespace: team-a
          user: b
      clusters:
      - name: b
        cluster:
          server: \(plugin.site.apiServerURL)
      users:
      - name: b
        user:
          exec:
            apiVersion: client.authentication.k8s.io/v1
            command: \(command)
            interactiveMode: Never
            args:
      \(arguments)
      """
  }

  private func flowStyle(_ command: String) -> String {
    let words = plugin.flags + ["--expiry-margin", "60s"]
    let arguments = words.map { "\"\($0)\"" }.joined(separator: ", ")
    return """
      {kind: Config, apiVersion: v1, current-context: b,
       contexts: [{name: b, context: {cluster: b, user: b, namespace: team-a}}],
       clusters: [{name: b, cluster: {server: "\(plugin.site.apiServerURL)"}}],
       users: [{name: b, user: {exec: {command: "\(command)", interactiveMode: Never,
         apiVersion: client.authentication.k8s.io/v1, args: [\(arguments)]}}}]}
      """
  }

  private func doctor(
    _ text: String, path: String, _ more: String...
  ) async throws -> ProcessResult {
    let file = try plugin.directory.write(text, to: "kubeconfig")
    return try await plugin.run(
      ["doctor", "--kubeconfig", file] + more, ["PATH": path, "HOME": plugin.directory.path])
  }

  private var kubectlPath: String {
    let kubectl = TestBinary.find("kubectl") ?? "/nowhere/kubectl"
    return URL(filePath: kubectl).deletingLastPathComponent().path
  }

  @Test(
    "kubectl reads a handwritten kubeconfig, and the plugin in it never runs",
    .enabled(if: TestBinary.find("kubectl") != nil, "SKIPPED: kubectl is not installed"),
    arguments: ["block style", "flow style"])
  func withKubectl(_ style: String) async throws {
    let command = try hostileCommand()
    let text = style == "flow style" ? flowStyle(command) : blockStyle(command)
    let result = try await doctor(text, path: kubectlPath)
    #expect(result.output.hasPrefix("works\n1. source: ok: context b: tokenxchange get-token\n"))
    #expect(result.output.contains("access: ok: the user has rights in team-a\n"))
    #expect(result.ending == .exit(0))
    #expect(!FileManager.default.fileExists(atPath: marker))
  }

  @Test("without kubectl, block style works, and flow style is an error")
  func withoutKubectl() async throws {
    let command = try hostileCommand()
    let result = try await doctor(blockStyle(command), path: "/nowhere")
    #expect(result.output.hasPrefix("works\n"), "\(result.output)")
    let file = plugin.directory.path("kubeconfig")
    plugin.expectFailure(
      try await doctor(flowStyle(command), path: "/nowhere"), 2,
      "\(plugin.masked(file)) begins with { but is not JSON",
      hint: "YAML in flow style needs kubectl: install it, or convert the file to JSON or block "
        + "style")
    #expect(!FileManager.default.fileExists(atPath: marker))
  }

  @Test("a kubectl in a relative PATH directory is not run")
  func relativeDirectory() async throws {
    _ = try hostileCommand()
    try plugin.directory.write("#!/bin/sh\ntouch '\(marker)'\n", to: "bin/kubectl", mode: 0o755)
    let result = try await doctor(blockStyle("/bin/true"), path: "bin:.:/nowhere")
    #expect(result.ending == .exit(2))
    #expect(!FileManager.default.fileExists(atPath: marker))
  }

  @Test("the default is the current context of ~/.kube/config")
  func defaultKubeconfig() async throws {
    let command = try hostileCommand()
    try plugin.directory.write(blockStyle(command), to: ".kube/config")
    let result = try await plugin.run(["doctor"], ["HOME": plugin.directory.path])
    #expect(result.output.hasPrefix("works\n1. source: ok: context b:"), "\(result.output)")
  }

  @Test("a cluster Secret is read from standard input")
  func secretFromStandardInput() async throws {
    let generated = try await plugin.run(
      [
        "generate", "argocd-cluster", "--server", "https://127.0.0.1:1", "--expiry-margin", "60s",
      ] + plugin.flags)
    let text = generated.output.replacing("https://127.0.0.1:1", with: plugin.site.apiServerURL)
    let result = try await plugin.run(
      ["doctor", "--argocd-secret=-", "--namespace=argocd"], stdin: Array(text.utf8))
    #expect(result.output.hasPrefix("works\n"), "\(result.output)")
    #expect(result.ending == .exit(0))
  }

  @Test("kubelogin's command line is translated, and the equivalent command is shown")
  func kubelogin() async throws {
    let result = try await plugin.run(
      [
        "doctor", "--server", plugin.site.apiServerURL, "kubectl", "oidc-login", "get-token",
        "--oidc-issuer-url=\(plugin.site.dex.issuer)", "--oidc-client-id=target-cluster",
      ], ["HOME": plugin.directory.path])
    #expect(result.ending == .exit(7))
    #expect(result.output.contains("1. source: WARNING: the command is kubelogin"))
    #expect(
      result.output.contains(
        "\"command\": \"tokenxchange\", \"args\": [\"login\", \"--issuer="), "\(result.output)")
    // Requesting a device code shows whether the client allows the device flow; it is polled once,
    // as in a sign-in.
    #expect(plugin.site.dex.requests(to: "/device/code") == 1)
    #expect(plugin.site.dex.requests(to: "/token") == 1)
  }

  @Test("conflicting options: exit 2")
  func conflicts() async throws {
    let result = try await plugin.run(["doctor", "--kubeconfig=/k"] + plugin.flags)
    plugin.expectFailure(
      result, 2, "--kubeconfig and --issuer cannot be used together",
      hint: "pass one of them: each selects what to examine")
  }
}
