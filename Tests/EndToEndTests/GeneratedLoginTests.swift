import Foundation
import StandIns
import TestSupport
import Testing

/// kubectl with each generated kubeconfig and with Argo CD's Secret, against the API server
/// stand-in, with TLS to Dex and to the API server.
@Suite(
  .enabled(if: TLSFront.isAvailable, "nginx is not installed: apt-get install nginx-light"),
  .enabled(if: TestBinary.find("kubectl") != nil, "kubectl is not installed"),
  .enabled(if: Python.hasYAML, "python3 has no module yaml: apt-get install python3-yaml"))
struct GeneratedLoginTests {
  private let plugin: Plugin
  private let account = "system:serviceaccount:argocd:argocd-application-controller"

  init() throws {
    plugin = try Plugin(tls: [.dex, .apiServer])
    plugin.site.apiServer.update {
      $0.userPrefix = "dex:"
      $0.connector = "argocd-cluster"
    }
  }

  private var target: [String] {
    [
      "--server=\(plugin.site.apiServerURL)", "--server-ca=\(plugin.site.authorityFile ?? "")",
      "--command=\(TestBinary.path)",
    ]
  }

  private func generate(_ arguments: [String], to name: String) async throws -> String {
    let path = plugin.directory.path(name)
    let result = try await plugin.run(["generate"] + arguments + ["--output=\(path)"])
    #expect(result.errors == "")
    #expect(result.ending == .exit(0))
    return path
  }

  private func whoami(_ kubeconfig: String, path: String? = nil) async throws -> String? {
    let result = try await ProcessRunner(
      TestBinary.find("kubectl") ?? "kubectl", ["auth", "whoami", "-o", "json"],
      environment: [
        "KUBECONFIG": kubeconfig, "HOME": plugin.directory.path, "PATH": path ?? "/usr/bin:/bin",
      ]
    ).result()
    #expect(result.errors == "")
    return try JSONValue(parsing: result.stdout)["status"]?["userInfo"]?["username"]?.string
  }

  @Test("kubectl authenticates with get-token in a kubeconfig")
  func getToken() async throws {
    let file = try await generate(
      ["kubeconfig", "--certificate-authority=\(plugin.site.authorityFile ?? "")"] + target
        + plugin.flags, to: "kubeconfig")
    #expect(try await whoami(file) == "dex:" + account)
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test(
    "Dex accepts the token with the generated configuration, but not without a required key",
    arguments: ["", "scopes", "userNameKey"])
  func dexOfTheGeneratedFile(lacking key: String) async throws {
    let file = try await generate(
      [
        "dex", "--issuer=\(plugin.site.dex.issuer)", "--client-id=target-cluster",
        "--connector-id=argocd-cluster", "--cluster-issuer=\(plugin.site.cluster.issuer)",
      ], to: "dex.yaml")
    let text = try String(contentsOfFile: file, encoding: .utf8)
      .replacing("      \(key.isEmpty ? "none" : key):", with: "      unknown:")
    let config = try #require(try Python.yaml(text).first)
    plugin.site.dex.update { $0.read(config) }
    #expect(plugin.site.dex.configuration.grants == GrantType.all)
    let result = try await plugin.run(
      plugin.flags + ["--certificate-authority", plugin.site.authorityFile ?? ""])
    guard key.isEmpty else {
      #expect(result.ending == .exit(5))
      return
    }
    let token = try plugin.expectCredential(result)
    let lifetime = try #require(token.claims["exp"]?.integer) - (token.claims["iat"]?.integer ?? 0)
    #expect(lifetime == 600)
  }

  @Test("token-file works with an API server that trusts the cluster directly")
  func tokenFileWithDirectTrust() async throws {
    let site = plugin.site
    site.apiServer.update {
      $0.issuer = site.cluster.issuer
      $0.keys = [site.cluster.key]
      $0.clientID = site.cluster.audience
      $0.userClaim = "sub"
      $0.userPrefix = "cluster-a:"
      $0.connector = nil
    }
    let file = try await generate(
      ["kubeconfig", "--auth=token-file", "--token-file=\(plugin.tokenFile)"] + target,
      to: "kubeconfig")
    #expect(try await whoami(file) == "cluster-a:" + account)
  }

  @Test("kubectl runs the plugin for people as documented", arguments: ["login", "kubelogin"])
  func people(method: String) async throws {
    let directory = plugin.directory
    let script = """
      #!/bin/sh
      for word; do echo "$word" >>\(directory.path)/words; done
      echo "$KUBERNETES_EXEC_INFO" >>\(directory.path)/info
      exec \(TestBinary.path) get-token \(plugin.flags.joined(separator: " ")) \
      --certificate-authority \(plugin.site.authorityFile ?? "")
      """
    let name = method == "login" ? "tokenxchange" : "kubectl-oidc_login"
    try directory.write(script, to: "bin/" + name, mode: 0o755)
    let target = target.filter { !$0.hasPrefix("--command") }
    let file = try await generate(
      [
        "kubeconfig", "--auth=\(method)", "--issuer=\(plugin.site.dex.issuer)",
        "--client-id=people",
      ]
        + target, to: "kubeconfig")
    let kubectl = URL(fileURLWithPath: try #require(TestBinary.find("kubectl")))
    let path = "\(directory.path)/bin:\(kubectl.deletingLastPathComponent().path):/usr/bin:/bin"
    #expect(try await whoami(file, path: path) == "dex:" + account)
    let words = try String(contentsOfFile: directory.path("words"), encoding: .utf8)
      .split(separator: "\n").map(String.init)
    let issuer = plugin.site.dex.issuer
    let expected =
      method == "login"
      ? [
        "login", "--issuer=\(issuer)", "--client-id=people", "--expiry-margin=60s",
      ]
      : [
        "get-token", "--oidc-issuer-url=\(issuer)", "--oidc-client-id=people",
        "--oidc-extra-scope=profile", "--oidc-extra-scope=email", "--oidc-extra-scope=groups",
        "--oidc-extra-scope=offline_access", "--oidc-extra-scope=federated:id",
      ]
    #expect(Array(words.prefix(expected.count)) == expected)
    #expect(words.count % expected.count == 0)
  }

  /// Argo CD reads the JSON in the Secret and adds `interactiveMode: Never`.
  @Test("kubectl authenticates with get-token in the cluster Secret")
  func argoCD() async throws {
    let file = try await generate(
      ["argocd-cluster", "--certificate-authority=\(plugin.site.authorityFile ?? "")"] + target
        + plugin.flags, to: "cluster.yaml")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let secret = try #require(try Python.yaml(text).first)
    let data = try #require(secret["stringData"])
    let config = try JSONValue(parsing: data["config"]?.string ?? "")
    var exec = try #require(config["execProviderConfig"]?.object)
    #expect(exec["env"] == nil)
    exec["interactiveMode"] = "Never"
    let kubeconfig: JSONValue = [
      "apiVersion": "v1", "kind": "Config", "current-context": "a",
      "clusters": [
        [
          "name": "a",
          "cluster": [
            "server": data["server"] ?? nil,
            "certificate-authority-data": config["tlsClientConfig"]?["caData"] ?? nil,
          ],
        ]
      ],
      "users": [["name": "a", "user": ["exec": .object(exec)]]],
      "contexts": [["name": "a", "context": ["cluster": "a", "user": "a"]]],
    ]
    let argo = try plugin.directory.write(kubeconfig.text, to: "argo")
    #expect(try await whoami(argo) == "dex:" + account)
  }
}
