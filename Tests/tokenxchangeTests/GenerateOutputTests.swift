import TestSupport
import Testing

@testable import tokenxchange

/// The layout of the output of `generate`, for all kinds and formats.
@Suite("Generated files") struct GenerateOutputTests {
  static let dex = [
    "--issuer=https://dex.example.com/dex", "--client-id=target-cluster",
    "--connector-id=argocd-cluster",
  ]
  static let server = ["--server=https://target.example.com:6443", "--server-ca=ca.crt"]
  static let ca = ["--certificate-authority=ca.crt"]
  static let people = dex.dropLast() + server

  static let commands: [(name: String, arguments: [String])] = [
    ("kubeconfig", ["kubeconfig"] + dex + server + ca),
    ("kubeconfig, token-file", ["kubeconfig", "--auth=token-file", "--token-file=/t"] + server),
    ("kubeconfig, login", ["kubeconfig", "--auth=login"] + people + ca),
    (
      "kubeconfig, login with a flow",
      ["kubeconfig", "--auth=login", "--flow=browser", "--listen-port=8000"] + dex + server + ca
    ),
    ("kubeconfig, kubelogin", ["kubeconfig", "--auth=kubelogin"] + people + ca),
    (
      "kubeconfig, all options",
      [
        "kubeconfig", "--cluster-name=no", "--tls-server-name=a.example", "--audience=a,b",
        "--cache", "--timeout=5s",
      ] + dex
        + server + ["--subject-token-type=urn:ietf:params:oauth:token-type:jwt", "--verbose"]
    ),
    (
      "kubeconfig, data of a CA",
      [
        "kubeconfig", "--certificate-authority-data=\(GenerateFaultTests.certificateData)",
      ] + dex + server
    ),
    (
      "kubeconfig, cluster config",
      ["kubeconfig", "--cluster-config", "--audience=a,b", "--scopes=openid"] + dex + server + ca
    ),
    (
      "clusterprofile-provider",
      ["clusterprofile-provider", "--provider-name=a \"b\"", "--audience=a"] + dex + server + ca
    ),
    ("argocd-cluster", ["argocd-cluster"] + dex + server + ca),
    (
      "argocd-cluster, cluster config",
      ["argocd-cluster", "--cluster-config", "--audience=a,b"] + dex + server + ca
    ),
    (
      "argocd-cluster, cluster config, Helm",
      [
        "argocd-cluster", "--cluster-config", "--scopes=openid,groups", "--audience=a",
        "--format=helm",
      ] + dex + server + ca
    ),
    ("argocd-cluster, no CA", ["argocd-cluster", "--auth=token-file", server[0]]),
    (
      "argocd-cluster, all options",
      [
        "argocd-cluster", "--project=p", "--namespaces=a,b", "--label=a=true,b=1",
        "--cluster-name=it's \"a\": b", "--cluster-resources", "--shard=0", "--annotation=a=b, c",
        "--tls-server-name=a.example", "--proxy-url=http://proxy.example:3128",
        "--api-version=v1beta1",
      ] + dex + server
    ),
    (
      "argocd-cluster, Helm",
      [
        "argocd-cluster", "--format=helm", "--namespaces=a,b", "--cluster-resources", "--shard=2",
        "--label=a=true", "--annotation=a=b, c", "--tls-server-name=a.example",
        "--proxy-url=http://proxy.example:3128", "--api-version=v1beta1",
      ] + dex + server + ca
    ),
    ("argocd-workload", ["argocd-workload", "--image=i:1"]),
    (
      "argocd-workload, Deployment",
      ["argocd-workload", "--image=i:1", "--controller=deployment", "--argocd-namespace=a"]
    ),
    (
      "argocd-workload, core installation from a chart",
      [
        "argocd-workload", "--image=i:1", "--core-install", "--helm-release=r",
        "--image-pull-policy=Always", "--request=cpu=1", "--limit=cpu=2,memory=1Gi",
      ]
    ),
    ("argocd-workload, Helm", ["argocd-workload", "--image=i:1", "--format=helm"]),
    (
      "rbac, Argo CD in namespaces",
      ["rbac", "--argocd", "--cluster-role=edit", "--namespace=a,b", dex[2]]
    ),
    ("rbac", ["rbac", "--argocd", "--cluster-role=view", dex[2]]),
    (
      "rbac, rules",
      [
        "rbac", "--service-account=a/b", "--role=r", "--namespace=c,d", "--rule=get:*.*,pods",
        "--direct",
      ]
    ),
    (
      "rbac, opaque names",
      ["rbac", "--argocd", "--cluster-role=view", "--username-claim=sub", dex[2]]
    ),
    ("rbac, name", ["rbac", "--argocd", "--cluster-role=view", "--username-claim=name", dex[2]]),
    ("dex", ["dex", "--cluster-issuer=https://oidc.example.com"] + dex),
    (
      "dex, all options",
      [
        "dex", "--cluster-issuer=https://oidc.example.com", "--with-login", "--cluster-ca-path=/ca",
        "--cluster-discovery-url=https://keys.example.com", "--token-lifetime=1h",
      ] + dex
    ),
    ("dex, only people", ["dex", "--with-login"] + dex.dropLast()),
    (
      "dex, Argo CD's",
      [
        "dex", "--argocd", "--issuer=https://argocd.example.com/api/dex", "--with-login",
        "--cluster-issuer=https://oidc.example.com", "--cluster-ca-path=/ca",
        "--cluster-discovery-url=https://keys.example.com",
      ] + dex.dropFirst()
    ),
    ("dex, GitHub Actions", ["dex", "--github-actions"] + dex),
    (
      "dex, GitHub Enterprise Server",
      ["dex", "--github-actions", "--cluster-issuer=https://ghe.example/_services/token"] + dex
    ),
    (
      "dex, GitLab, Argo CD's",
      [
        "dex", "--gitlab=https://gitlab.example", "--argocd", "--cluster-ca-path=/ca",
        "--issuer=https://argocd.example.com/api/dex",
      ] + dex.dropFirst()
    ),
    ("dex, GitHub Actions and people", ["dex", "--github-actions", "--with-login"] + dex),
    (
      "api-server, subjects",
      [
        "api-server", "--subject=repo:org/name:ref:refs/heads/main",
        "--subject=repo:org/name:environment:Production EU",
      ] + dex
    ),
    (
      "api-server, subjects and people",
      ["api-server", "--subject=repo:o/n:pull_request", "--login-connector=ldap"] + dex
    ),
    (
      "api-server, subjects without Dex",
      [
        "api-server", "--direct", "--subject-audience=b", "--subject=repo:o/n:pull_request",
        "--cluster-issuer=https://token.actions.githubusercontent.com",
      ]
    ),
    (
      "rbac, subjects",
      [
        "rbac", "--subject=repo:org/name:ref:refs/heads/main", "--cluster-role=edit",
        "--namespace=web", "--service-account=a/b", dex[2],
      ]
    ),
    (
      "rbac, opaque subjects",
      ["rbac", "--subject=a: b", "--cluster-role=edit", "--username-claim=sub", dex[2]]
    ),
    (
      "kubeconfig, GitHub Actions",
      ["kubeconfig", "--github-actions", "--expiry-jitter=1m"] + dex + server
    ),
    ("api-server", ["api-server"] + dex + ca),
    ("api-server, only people", ["api-server", "--login-connector=github"] + dex.dropLast()),
    ("api-server, people", ["api-server", "--login-connector=github,ldap"] + dex),
    ("api-server, audiences", ["api-server", "--audience=a,b", "--username-claim=name"] + dex),
    (
      "api-server, direct",
      ["api-server", "--direct", "--cluster-issuer=https://a.example", "--subject-audience=b"]
    ),
    ("api-server, flags", ["api-server", "--format=flags", "--username-claim=sub"] + dex),
    ("sidecar", ["sidecar", "--image=i:1"] + dex),
    (
      "sidecar, all options",
      ["sidecar", "--image=i:1", "--mode=0640", "--write=/w/token", "--refresh-before=5m"] + dex
        + server + ca
    ),
  ]

  private func generate(_ arguments: [String]) -> String {
    let world = WorldDouble(
      files: ["ca.crt": .success(Array(GenerateFaultTests.certificate.utf8))])
    #expect(world.run(["generate"] + arguments) == .done, "\(world.stderr)")
    return world.stdout
  }

  @Test(
    "yamllint's default rules report nothing",
    .enabled(if: Python.hasYAMLLint, "python3 has no module yamllint: apt-get install yamllint"))
  func lint() throws {
    let texts = Self.commands.map { (name: $0.name, text: generate($0.arguments)) }
    #expect(try Python.yamllint(texts) == [])
  }

  @Test(
    "YAML 1.1 and 1.2 parsers read the same documents, each after ---",
    .enabled(if: Python.hasYAML, "python3 has no module yaml: apt-get install python3-yaml"))
  func versions() throws {
    let text = Self.commands.map { generate($0.arguments) }.joined()
    let documents = try Python.yaml(text, version: .v11)
    #expect(try Python.yaml(text, version: .v12) == documents)
    #expect(documents.count == text.split(separator: "\n").count { $0 == "---" })
    #expect(documents.count > Self.commands.count)
  }

  @Test(
    "Dex adds the path of the discovery document to the connector's issuer",
    arguments: ["", "/", "/.well-known/openid-configuration"])
  func discoveryURL(suffix: String) {
    let output = generate(
      [
        "dex", "--cluster-issuer=https://a.example",
        "--cluster-discovery-url=https://keys.example.com/a\(suffix)",
      ] + Self.dex)
    let expected = "https://keys.example.com/a" + (suffix == "/" ? suffix : "")
    #expect(output.contains("\n      issuer: \(expected)\n"))
    #expect(output.contains("\n      issuerAlias: https://a.example\n"))
  }

  @Test("the flow, its port and the connector are passed to login")
  func login() {
    let output = generate(
      ["kubeconfig", "--auth=login", "--listen-port=8000", "--flow=browser"] + Self.dex
        + Self.server)
    let arguments = output.split(separator: "\n").map { $0.drop { $0 == " " } }
      .filter { $0.hasPrefix("- --") }
    #expect(
      arguments == [
        "- --issuer=https://dex.example.com/dex", "- --client-id=target-cluster",
        "- --flow=browser", "- --connector-id=argocd-cluster", "- --listen-port=8000",
        "- --expiry-margin=60s",
      ], "\(output)")
  }

  @Test("comments contain no certificate", arguments: commands.map(\.name))
  func certificates(name: String) throws {
    let command = try #require(Self.commands.first { $0.name == name })
    let comments = generate(command.arguments).split(separator: "\n").filter { $0.hasPrefix("#") }
    #expect(comments.first == "# Generated by:")
    #expect(!comments.contains { $0.contains("LS0t") })
  }
}
