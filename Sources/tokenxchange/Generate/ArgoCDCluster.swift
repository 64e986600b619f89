import TokenExchange

extension Command {
  static let generateArgoCDCluster = generating(
    "argocd-cluster", summary: "the Secret by which Argo CD knows a cluster",
    details: """
      The cluster Secret for Argo CD, with the plugin's flags as arguments: Argo CD passes variables
      in a random order, which makes client-go start the plugin again and again. Dex's CA is
      embedded, because the Secret has no file to point at. --auth is get-token or token-file.
      """,
    options: TargetCluster.options
      + [.project, .namespaces, .label, .argoCDNamespace, .auth, .pluginCommand]
      + OptionSpec.plugin
  ) { invocation, world throws(Problem) in
    let cluster = try TargetCluster(invocation, world: world)
    let host = cluster.server.host.lowercased()
    guard host != "kubernetes.default.svc" else {
      throw .ownClusterOfArgo(invocation.source(.targetServer))
    }
    let plugin = try ExecPlugin(invocation, world: world, tokenFile: PodPaths.token)
    guard plugin.interactiveMode == "Never" else {
      throw .nobodyAtArgo(plugin.method.rawValue)
    }
    return try ArgoCDCluster(
      cluster: cluster, plugin: plugin,
      namespace: invocation.text(.argoCDNamespace) ?? "argocd",
      project: invocation.text(.project), namespaces: invocation.list(.namespaces) ?? [],
      labels: ArgoCDCluster.labels(invocation.list(.label) ?? [])
    ).file
  }
}

/// Argo CD's cluster Secret.
struct ArgoCDCluster: Sendable {
  var cluster: TargetCluster
  var plugin: ExecPlugin
  var namespace: String
  var project: String?
  var namespaces: [String]
  var labels: [YAML.Member]

  /// Labels out of `NAME=VALUE`.
  static func labels(_ texts: [String]) throws(Problem) -> [YAML.Member] {
    var labels: [YAML.Member] = []
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else { throw .badLabel(text) }
      labels.append(YAML.Member(key: String(parts[0]), value: .string(String(parts[1]))))
    }
    return labels
  }

  var file: GeneratedFile { GeneratedFile(remarks: remarks, documents: [document], mode: 0o600) }

  private var document: YAML {
    let type = YAML.Member(key: "argocd.argoproj.io/secret-type", value: "cluster")
    return [
      "apiVersion": "v1",
      "kind": "Secret",
      "metadata": [
        "name": .string(secretName), "namespace": .string(namespace),
        "labels": .map([type] + labels),
      ],
      "type": "Opaque",
      "stringData": .members([
        ("name", .string(cluster.name)),
        ("server", .string(cluster.server.text)),
        ("project", project.map(YAML.string)),
        ("namespaces", namespaces.isEmpty ? nil : .string(namespaces.joined(separator: ","))),
        ("config", .string(configuration.text(indented: true) + "\n")),
      ]),
    ]
  }

  /// What Argo CD reads as JSON inside the Secret.
  private var configuration: JSON {
    var tls: JSON.Object = ["insecure": .bool(false)]
    if let data = cluster.authorityData { tls["caData"] = .string(data) }
    return .object([
      "execProviderConfig": .object([
        "apiVersion": .string(ExecPlugin.apiVersion),
        "args": .array(plugin.arguments.map(JSON.string)),
        "command": .string(plugin.command),
        "installHint": .string(
          "tokenxchange is not in this pod: see tokenxchange generate argocd-workload"),
      ]),
      "tlsClientConfig": .object(tls),
    ])
  }

  /// A DNS name made of the cluster's.
  private var secretName: String {
    let characters = cluster.name.lowercased().unicodeScalars.prefix(200).map {
      scalar -> Character in
      switch scalar {
      case "a"..."z", "0"..."9": Character(scalar)
      default: "-"
      }
    }
    let name = String(characters).split(separator: "-").joined(separator: "-")
    return name.isEmpty ? "cluster" : "cluster-" + name
  }

  private var remarks: String {
    """
    It holds no secret. Argo CD runs the command in two pods, argocd-application-controller and
    argocd-server: both need the program and the token (tokenxchange generate argocd-workload) and
    both are users of the target cluster (tokenxchange generate rbac --argocd).

    The same by Argo CD's own command, from a kubeconfig with the context \(shownName):
    \(argoCommand)
    """
  }

  private var shownName: String { ShellWords.quote(cluster.name) }

  private var argoCommand: String {
    let words =
      ["argocd", "cluster", "add", cluster.name, "--name=\(cluster.name)"]
      + (project.map { ["--project=\($0)"] } ?? [])
      + namespaces.map { "--namespace=\($0)" }
      + labels.map { label in
        guard case .string(let value) = label.value else { return "" }
        return "--label=\(label.key)=\(value)"
      } + [
        "--exec-command=\(plugin.command)", "--exec-command-api-version=\(ExecPlugin.apiVersion)",
      ] + plugin.arguments.map { "--exec-command-args=\($0)" }
    return "  "
      + ShellWords.command(words, first: 4).split(separator: "\n").joined(separator: "\n  ")
  }
}
