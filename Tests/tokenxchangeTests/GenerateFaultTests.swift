import Encoding
import Synchronization
import TestSupport
import Testing
import TokenExchange

@testable import Platform
@testable import tokenxchange

/// Errors in the options of `generate` and `publish-issuer`.
@Suite("Errors of generate and publish-issuer") struct GenerateFaultTests {
  static let dex = [
    "--issuer=https://dex.example/dex", "--client-id=target-cluster",
    "--connector-id=argocd-cluster",
  ]
  static let target = ["--server=https://target.example:6443"]
  /// A certificate that passes the program's own check.
  static let certificate =
    "-----BEGIN CERTIFICATE-----\n"
    + Base64.encode([0x30, 0x81, 0x80] + [UInt8](repeating: 1, count: 0x80))
    + "\n-----END CERTIFICATE-----\n"
  static let certificateData = Base64.encode(Array(certificate.utf8))
  static let files: [String: Result<[UInt8], FileReadError>] = [
    "/ca.der": .success([0x30, 0x82]),
    "/ca-and-key.pem": .success(
      Array((certificate + "-----BEGIN PRIVATE KEY-----\nAQ==\n-----END PRIVATE KEY-----\n").utf8)),
    "/discovery.json": .success(Array(#"{"issuer":"https://kubernetes.default.svc"}"#.utf8)),
    "/jwks.json": .success(
      Array(
        #"{"keys":[{"kty":"RSA","kid":"a","n":"\#(String(repeating: "a", count: 172))","e":"Aw"}]}"#
          .utf8)),
    "/empty.json": .success(Array("{}".utf8)),
  ]

  static let commands: [(name: String, arguments: [String])] = [
    ("no kind", ["generate"]),
    ("kind unknown", ["generate", "argocd-clutser"]),
    ("help for an unknown kind", ["help", "generate", "argo"]),
    ("flag of another kind", ["generate", "rbac", "--server=x"]),
    ("kubeconfig: no server", ["generate", "kubeconfig"] + dex),
    ("kubeconfig: http", ["generate", "kubeconfig", "--server=http://127.0.0.1:8080"] + dex),
    ("kubeconfig: no CA file", ["generate", "kubeconfig", "--server-ca=/none"] + target + dex),
    ("kubeconfig: CA is DER", ["generate", "kubeconfig", "--server-ca=/ca.der"] + target + dex),
    (
      "kubeconfig: CA with its key",
      ["generate", "kubeconfig", "--certificate-authority=/ca-and-key.pem"] + target + dex
    ),
    (
      "kubeconfig: client secret",
      ["generate", "kubeconfig", "--client-secret=hunter2"] + target + dex
    ),
    ("kubeconfig: no connector", ["generate", "kubeconfig"] + target + dex.dropLast()),
    ("kubeconfig: bad margin", ["generate", "kubeconfig", "--expiry-margin=1"] + target + dex),
    (
      "kubeconfig: connector and kubelogin",
      ["generate", "kubeconfig", "--auth=kubelogin"] + target + dex
    ),
    ("kubeconfig: flow and get-token", ["generate", "kubeconfig", "--flow=device"] + target + dex),
    (
      "kubeconfig: port and kubelogin",
      ["generate", "kubeconfig", "--auth=kubelogin", "--listen-port=8000"] + target
        + dex.dropLast()
    ),
    (
      "kubeconfig: invalid port",
      ["generate", "kubeconfig", "--auth=login", "--listen-port=x"] + target + dex.dropLast()
    ),
    ("kubeconfig: no token file", ["generate", "kubeconfig", "--auth=token-file"] + target),
    (
      "kubeconfig: login and the cluster's config",
      [
        "generate", "kubeconfig", "--auth=login", "--cluster-config", "--issuer=https://a",
        "--client-id=b",
      ] + target
    ),
    (
      "clusterprofile-provider: a name that no object can have",
      ["generate", "clusterprofile-provider", "--cluster-name=A b"] + target + dex
    ),
    (
      "clusterprofile-provider: no connector",
      ["generate", "clusterprofile-provider"] + target + dex.dropLast()
    ),
    (
      "kubeconfig: a token from standard input",
      ["generate", "kubeconfig", "--token-file=-"] + target + dex
    ),
    (
      "kubeconfig: two subject tokens",
      ["generate", "kubeconfig", "--token-env=A", "--github-actions"] + target + dex
    ),
    (
      "argocd-cluster: a token from a variable",
      ["generate", "argocd-cluster", "--token-env=A"] + target + dex
    ),
    (
      "dex: two issuers of tokens",
      ["generate", "dex", "--gitlab=https://gitlab.example", "--github-actions"] + dex
    ),
    (
      "dex: GitLab and the issuer of a cluster",
      ["generate", "dex", "--gitlab=https://a.example", "--cluster-issuer=https://b.example"] + dex
    ),
    ("dex: GitLab over http", ["generate", "dex", "--gitlab=http://a.example"] + dex),
    (
      "rbac: a token as subject",
      ["generate", "rbac", "--subject=eyJhbGciOi.a.b", "--cluster-role=view", dex[2]]
    ),
    (
      "rbac: a subject with a newline",
      ["generate", "rbac", "--subject=a\n", "--cluster-role=view", dex[2]]
    ),
    (
      "api-server: subjects and flags",
      ["generate", "api-server", "--subject=a", "--format=flags", "--username-claim=sub"] + dex
    ),
    ("kubeconfig: bad method", ["generate", "kubeconfig", "--auth=token"] + target + dex),
    (
      "argocd-cluster: its own cluster",
      ["generate", "argocd-cluster", "--server=https://kubernetes.default.svc"] + dex
    ),
    (
      "argocd-cluster: login",
      ["generate", "argocd-cluster", "--auth=login", "--issuer=https://a", "--client-id=b"]
        + target
    ),
    ("argocd-cluster: bad label", ["generate", "argocd-cluster", "--label=a"] + target + dex),
    (
      "argocd-cluster: label with a slash",
      ["generate", "argocd-cluster", "--label=env=prod/eu"] + target + dex
    ),
    (
      "argocd-cluster: label twice",
      ["generate", "argocd-cluster", "--label=a=b,c=d", "--label=a=e"] + target + dex
    ),
    (
      "argocd-cluster: Argo CD's own label",
      ["generate", "argocd-cluster", "--label=argocd.argoproj.io/secret-type=x"] + target + dex
    ),
    (
      "argocd-cluster: bad namespace",
      ["generate", "argocd-cluster", "--namespaces=web,Web_1"] + target + dex
    ),
    (
      "argocd-cluster: namespaces by pattern",
      ["generate", "argocd-cluster", "--namespaces=web*"] + target + dex
    ),
    (
      "argocd-cluster: bad annotation",
      ["generate", "argocd-cluster", "--annotation=a b=c"] + target + dex
    ),
    ("argocd-cluster: bad shard", ["generate", "argocd-cluster", "--shard=-1"] + target + dex),
    (
      "argocd-cluster: shard 0 in values",
      ["generate", "argocd-cluster", "--shard=0", "--format=helm"] + target + dex
    ),
    (
      "argocd-cluster: a name that the chart cannot use",
      ["generate", "argocd-cluster", "--cluster-name=A b", "--format=helm"] + target + dex
    ),
    (
      "argocd-cluster: cluster resources of all namespaces",
      ["generate", "argocd-cluster", "--cluster-resources"] + target + dex
    ),
    (
      "argocd-cluster: a relative path",
      ["generate", "argocd-cluster", "--token-file=token"] + target + dex
    ),
    (
      "argocd-cluster: a path in a home directory",
      ["generate", "argocd-cluster", "--command=~/bin/tokenxchange"] + target + dex
    ),
    (
      "kubeconfig: a home directory that is unknown",
      ["generate", "kubeconfig", "--cache-dir=~/cache"] + target + dex
    ),
    (
      "kubeconfig: proxy without a scheme",
      ["generate", "kubeconfig", "--proxy-url=proxy.example:3128"] + target + dex
    ),
    (
      "kubeconfig: proxy with a password",
      ["generate", "kubeconfig", "--proxy-url=http://a:hunter2@proxy.example"] + target + dex
    ),
    (
      "kubeconfig: server name with a port",
      ["generate", "kubeconfig", "--tls-server-name=a.example:6443"] + target + dex
    ),
    (
      "kubeconfig: bad version",
      ["generate", "kubeconfig", "--api-version=auto"] + target + dex
    ),
    (
      "argocd-workload: a release in values",
      ["generate", "argocd-workload", "--image=i", "--format=helm", "--helm-release=r"]
    ),
    (
      "argocd-workload: bad release",
      ["generate", "argocd-workload", "--image=i", "--helm-release=R"]
    ),
    (
      "argocd-workload: bad pull policy",
      ["generate", "argocd-workload", "--image=i", "--image-pull-policy=always"]
    ),
    (
      "argocd-workload: bad request",
      ["generate", "argocd-workload", "--image=i", "--request=cpu=1x"]
    ),
    (
      "argocd-workload: request above the limit",
      ["generate", "argocd-workload", "--image=i", "--request=memory=1Gi"]
    ),
    (
      "dex: people, and half a cluster",
      ["generate", "dex", "--with-login", "--connector-id=c"] + dex.prefix(2)
    ),
    (
      "dex: the issuer is not Argo CD's",
      ["generate", "dex", "--argocd", "--cluster-issuer=https://a.example"] + dex
    ),
    (
      "api-server: a claim for people",
      ["generate", "api-server", "--login-connector=a", "--username-claim=name"] + dex.prefix(2)
    ),
    (
      "argocd-workload: bad namespace of Argo CD",
      ["generate", "argocd-workload", "--image=i", "--argocd-namespace=Argo"]
    ),
    (
      "rbac: bad namespace",
      ["generate", "rbac", "--argocd", "--direct", "--cluster-role=r", "--namespace=a.b"]
    ),
    ("argocd-workload: no image", ["generate", "argocd-workload"]),
    (
      "argocd-workload: token too short",
      ["generate", "argocd-workload", "--image=a", "--token-expiration=5m"]
    ),
    ("rbac: no accounts", ["generate", "rbac", "--connector-id=c", "--cluster-role=view"]),
    ("rbac: no role", ["generate", "rbac", "--argocd", "--connector-id=c"]),
    ("rbac: role without namespace", ["generate", "rbac", "--argocd", "--direct", "--role=r"]),
    (
      "rbac: bad account",
      ["generate", "rbac", "--service-account=argocd:server", "--direct", "--cluster-role=view"]
    ),
    (
      "rbac: bad rule",
      ["generate", "rbac", "--argocd", "--direct", "--cluster-role=r", "--rule=get"]
    ),
    (
      "rbac: path in a namespace",
      [
        "generate", "rbac", "--argocd", "--direct", "--cluster-role=r", "--namespace=n",
        "--rule=get:/healthz",
      ]
    ),
    (
      "rbac: resource without a name",
      ["generate", "rbac", "--argocd", "--direct", "--cluster-role=r", "--rule=get:.apps"]
    ),
    (
      "rbac: bad name",
      ["generate", "rbac", "--argocd", "--direct", "--cluster-role=r", "--name=a/b"]
    ),
    (
      "rbac: prefix of the system",
      [
        "generate", "rbac", "--argocd", "--connector-id=c", "--cluster-role=view",
        "--username-prefix=system:",
      ]
    ),
    (
      "rbac: prefix that becomes the system's",
      [
        "generate", "rbac", "--argocd", "--connector-id=c", "--cluster-role=view",
        "--username-prefix=sys",
      ]
    ),
    (
      "rbac: direct and connector",
      ["generate", "rbac", "--argocd", "--direct", "--connector-id=c", "--cluster-role=view"]
    ),
    ("api-server: flags cannot", ["generate", "api-server", "--format=flags"] + dex),
    (
      "api-server: flags and people",
      ["generate", "api-server", "--format=flags", "--login-connector=github"] + dex
    ),
    (
      "api-server: sub in a configuration",
      ["generate", "api-server", "--username-claim=sub"] + dex
    ),
    ("api-server: direct and Dex", ["generate", "api-server", "--direct"] + dex.prefix(1)),
    ("api-server: Dex and direct", ["generate", "api-server", "--subject-audience=a"] + dex),
    (
      "dex: cluster's issuer by http",
      ["generate", "dex", "--cluster-issuer=http://oidc.example"] + dex
    ),
    (
      "api-server: issuer by http",
      ["generate", "api-server", "--issuer=http://a"] + dex.dropFirst()
    ),
    ("dex: issuer by http", ["generate", "dex", "--issuer=http://dex.example"] + dex.dropFirst()),
    ("sidecar: bad mode", ["generate", "sidecar", "--image=a", "--mode=rw"] + dex),
    (
      "sidecar: relative path",
      ["generate", "sidecar", "--image=a", "--token-file=token"] + dex
    ),
    (
      "sidecar: one directory for both tokens",
      ["generate", "sidecar", "--image=a", "--token-file=/t/a", "--write=/t/b"] + dex
    ),
    (
      "kubeconfig: command with arguments",
      ["generate", "kubeconfig", "--command=tokenxchange get-token"] + target + dex
    ),
    ("publish-issuer: no source", ["publish-issuer", "--public-url=https://a", "/site"]),
    ("publish-issuer: one file", ["publish-issuer", "--jwks=/jwks.json", "/site"]),
    (
      "publish-issuer: both sources",
      ["publish-issuer", "--jwks=/jwks.json", "--from-server=https://a", "/site"]
    ),
    (
      "publish-issuer: CA of the site without a check",
      [
        "publish-issuer", "--from-server=https://a", "--public-url=https://b",
        "--certificate-authority=/ca", "/site",
      ]
    ),
    (
      "publish-issuer: two addresses to check",
      ["publish-issuer", "--from-server=https://a", "--check=https://b", "--public-url=https://b"]
    ),
    (
      "publish-issuer: files and a token",
      [
        "publish-issuer", "--openid-configuration=/a", "--jwks=/b", "--token-file=/c",
        "--public-url=https://b", "/site",
      ]
    ),
    (
      "publish-issuer: address by http",
      [
        "publish-issuer", "--openid-configuration=/discovery.json", "--jwks=/jwks.json",
        "--public-url=http://oidc.example", "/site",
      ]
    ),
    ("publish-issuer: no directory and no check", ["publish-issuer", "--from-server=https://a"]),
    (
      "publish-issuer: directory and check",
      ["publish-issuer", "--from-server=https://a", "--check=https://b", "/site"]
    ),
    (
      "publish-issuer: another issuer",
      [
        "publish-issuer", "--openid-configuration=/discovery.json", "--jwks=/jwks.json",
        "--public-url=https://oidc.example", "/site",
      ]
    ),
    (
      "publish-issuer: no issuer",
      [
        "publish-issuer", "--openid-configuration=/empty.json", "--jwks=/jwks.json",
        "--public-url=https://oidc.example", "/site",
      ]
    ),
    (
      "publish-issuer: no keys",
      [
        "publish-issuer", "--openid-configuration=/discovery.json", "--jwks=/empty.json",
        "--public-url=https://oidc.example", "/site",
      ]
    ),
  ]

  @Test("each error is reported in two lines, without output and without a secret")
  func messages() {
    var text = ""
    for command in Self.commands {
      // Variables of the calling shell must not appear in committed files.
      let world = WorldDouble(
        variables: [
          "TOKENXCHANGE_CONNECTOR_ID": "leak", "TOKENXCHANGE_IMAGE": "leak",
          "TOKENXCHANGE_SERVER": "https://leak",
        ], files: Self.files)
      let code = world.run(command.arguments)
      #expect(world.stdout == "", "\(command.name)")
      #expect(!world.stderr.contains("hunter2"), "\(command.name)")
      #expect(!world.stderr.contains("leak"), "\(command.name)")
      let written = world.written.withLock { $0 }
      #expect(written.isEmpty, "\(command.name)")
      let lines = world.stderr.split(separator: "\n")
      #expect(lines.count == 2, "\(command.name): \(world.stderr)")
      text += "\(command.name): exit \(code.rawValue)\n" + lines.map { "  \($0)\n" }.joined()
    }
    #expect(Golden.difference(text, from: "generate-faults.txt") == nil)
  }

  @Test(
    "the sidecar's service account token is mounted where the sidecar reads it",
    arguments: [
      Row("default", [], ["/var/run/secrets/tokenxchange", "token"]),
      Row("explicit path", ["--token-file=/a/b/c"], ["/a/b", "c"]),
      Row("at the root", ["--token-file=/c"], ["/", "c"]),
      Row(
        "the kubelet's own",
        ["--token-file=/var/run/secrets/kubernetes.io/serviceaccount/token"], nil),
    ] as [Row<[String], [String]?>])
  func tokenVolume(row: Row<[String], [String]?>) {
    let world = WorldDouble()
    #expect(world.run(["generate", "sidecar", "--image=i"] + Self.dex + row.input) == .done)
    let lines = world.stdout.split(separator: "\n").map { $0.drop { $0 == " " } }
    let mount = lines.firstIndex(of: "- name: tokenxchange-token").map { lines[$0 + 1] }
    #expect(mount == row.output.map { "mountPath: \($0[0])" })
    #expect(lines.last { $0.hasPrefix("path: ") } == row.output.map { "path: \($0[1])" })
  }

  @Test("servers with the same host have Secrets with different names")
  func secretNames() {
    let servers = ["https://a.example", "https://a.example:6443", "https://a.example/b"]
    let names = servers.map { server in
      let world = WorldDouble()
      #expect(world.run(["generate", "argocd-cluster", "--server=\(server)"] + Self.dex) == .done)
      return world.stdout.split(separator: "\n").first { $0.hasPrefix("  name: ") }
    }
    #expect(Set(names).count == servers.count)
    #expect(names[0]?.hasPrefix("  name: cluster-a-example-") == true)
  }

  @Test("paths in pods are not read")
  func podFiles() {
    let world = WorldDouble(files: [:])
    let code = world.run(
      ["generate", "kubeconfig", "--token-file=/pod/token", "--client-secret-file=/pod/secret"]
        + Self.target + Self.dex)
    #expect(code == .done)
    #expect(world.stdout.contains("- --client-secret-file=/pod/secret\n"))
  }

  @Test(
    "local paths in a kubeconfig become absolute, and command names are kept",
    arguments: [
      Row("relative", ["--token-file=a/./b"], "--token-file=/home/me/work/a/b"),
      Row("home", ["--cache-dir=~/cache"], "--cache-dir=/home/me/cache"),
      Row("absolute", ["--client-secret-file=/a"], "--client-secret-file=/a"),
      Row("command", ["--command=bin/tokenxchange"], "command: /home/me/work/bin/tokenxchange"),
      Row("command in the home directory", ["--command=~/tx"], "command: /home/me/tx"),
      Row("command in PATH", ["--command=tx"], "command: tx"),
    ])
  func localPaths(row: Row<[String], String>) {
    let double = WorldDouble(variables: ["HOME": "/home/me"])
    var world = double.world
    world.files.status = { path in
      PathStatus(
        target: nil, realPath: path == "." ? "/home/me/work" : path, mode: 0o755, owner: 0,
        group: 0, size: 0, modified: double.now)
    }
    let arguments = ["generate", "kubeconfig"] + Self.target + Self.dex + row.input
    #expect(tokenxchange.run(arguments, in: world) == .done)
    let lines = double.stdout.split(separator: "\n").map { $0.drop { $0 == " " || $0 == "-" } }
    #expect(
      lines.contains { $0 == row.output.drop { $0 == "-" } }, "\(double.stdout)")
    // The header contains the original command.
    #expect(double.stdout.contains(row.input[0].dropFirst(2)))
  }

  @Test("generate sidecar prints the pod in the fixture")
  func sidecarPod() {
    let world = WorldDouble()
    let arguments = ["generate", "sidecar", "--image=example.com/tokenxchange:0.2.0"]
    #expect(world.run(arguments + Self.dex) == .done)
    #expect(Golden.difference(world.stdout, from: "generate-sidecar.yaml") == nil)
  }

  @Test(
    "generate sidecar and sidecar accept the same modes",
    arguments: [
      Row("owner", "0600", true), Row("group", "640", true), Row("with 0o", "0o644", true),
      Row("not for the owner", "0040", false), Row("read only", "0400", false),
      Row("writable by the group", "0660", true), Row("writable by all", "0777", false),
      Row("writable by others", "0602", false), Row("a sticky bit", "1777", false),
      Row("a plus sign", "+600", false), Row("no permissions", "0", false),
      Row("not a number", "rw", false),
    ])
  func modes(row: Row<String, Bool>) {
    let generated = WorldDouble()
    let arguments = ["generate", "sidecar", "--image=a", "--mode=\(row.input)"] + Self.dex
    #expect(generated.run(arguments) == (row.output ? .done : .usage))
    let parser = ArgumentParser(arguments: ["sidecar", "--mode=\(row.input)"], variables: [:])
    #expect(((try? parser.parse().fileMode()) != nil) == row.output)
  }

  @Test("the order of options does not matter")
  func order() {
    let arguments = Self.target + Self.dex + ["--expiry-margin=30s", "--timeout=5s"]
    let worlds = [arguments, arguments.reversed()].map { arguments in
      let world = WorldDouble()
      #expect(world.run(["generate", "argocd-cluster"] + arguments) == .done)
      return world.stdout
    }
    #expect(worlds[0] == worlds[1])
  }

  @Test("--output replaces the file and prints nothing")
  func outputFile() {
    let world = WorldDouble()
    let arguments = ["generate", "rbac", "--argocd", "--direct", "--cluster-role=view"]
    #expect(world.run(arguments + ["--output=/out.yaml"]) == .done)
    #expect(world.stdout == "")
    let printed = WorldDouble()
    #expect(printed.run(arguments) == .done)
    let written = world.written.withLock { $0 }
    #expect(written["/out.yaml"] == Array(printed.stdout.utf8))
  }
}

@Suite("Help of generate") struct GenerateHelpTests {
  @Test("the kinds are listed, and each has help")
  func kinds() {
    let world = WorldDouble()
    #expect(world.run(["generate", "--help"]) == .done)
    for kind in Command.generate.subcommands {
      #expect(world.stdout.contains("  \(kind.subcommandName) "))
      let inner = WorldDouble()
      #expect(inner.run(["generate", kind.subcommandName, "--help"]) == .done)
      #expect(inner.stdout.hasPrefix("Usage: tokenxchange \(kind.name) [OPTIONS]\n"))
      #expect(!inner.stdout.contains("Variable:"))
      let names = kind.options.flatMap(\.names)
      #expect(Set(names).count == names.count, "\(kind.name)")
    }
  }
}
