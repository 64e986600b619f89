import TokenExchange

/// The Secret that declares a cluster to Argo CD.
package struct ArgoCDCluster: Sendable {
  package typealias Label = (key: String, value: String)

  /// The label by which Argo CD finds the Secret.
  package static let typeLabel = "argocd.argoproj.io/secret-type"

  package var cluster: TargetCluster
  package var plugin: ExecPlugin
  /// The namespace of Argo CD.
  package var namespace: String
  /// The only project that may use the cluster.
  package var project: String?
  /// The namespaces of the cluster that Argo CD watches; empty for all.
  package var namespaces: [String]
  package var labels: [Label]

  package init(
    cluster: TargetCluster, plugin: ExecPlugin, namespace: String, project: String?,
    namespaces: [String], labels: [Label]
  ) {
    self.cluster = cluster
    self.plugin = plugin
    self.namespace = namespace
    self.project = project
    self.namespaces = namespaces
    self.labels = labels
  }

  package var yaml: YAML {
    """
    # This Secret holds no secret. Argo CD runs the command in two pods,
    # argocd-application-controller and argocd-server. Both need the program and
    # the token (tokenxchange generate argocd-workload), and both are users of the
    # target cluster (tokenxchange generate rbac).
    #
    # The same with Argo CD's own command, from a kubeconfig with the context
    # \(comment: ShellWord(cluster.name).quoted):
    #   \(comment: argoCDCommand)
    ---
    apiVersion: v1
    kind: Secret
    metadata:
      name: \(secretName)
      namespace: \(namespace)
      labels:
        \(Self.typeLabel): cluster
        \(labels.map { "\($0.key): \($0.value)" })
    type: Opaque
    stringData:
      name: \(cluster.name)
      server: \(cluster.server.text)
      \(project.map { "project: \($0)" })
      \(namespaces.isEmpty ? nil : "namespaces: \(namespaces.joined(separator: ","))")
      config: |
        {
          "execProviderConfig": {
            "command": \(json: plugin.command),
            "args": [
              \(jsonItems: plugin.arguments.map(\.text))
            ],
            "apiVersion": \(json: plugin.apiVersion.apiVersion),
            "installHint": "Install it with tokenxchange generate argocd-workload"
          },
          "tlsClientConfig": {
            \(cluster.certificates.map { "\"caData\":\n  \(json: $0.base64)," })
            "insecure": false
          }
        }
    """
  }

  /// A DNS name derived from the server's URL, because Argo CD knows a cluster by its URL.
  private var secretName: String {
    var url = cluster.server.text
    while url.hasSuffix("/") { url.removeLast() }
    let characters = cluster.server.host.lowercased().unicodeScalars.prefix(200).map {
      $0.isASCIIAlphanumeric ? Character($0) : "-"
    }
    let host = String(characters).split(separator: "-").joined(separator: "-")
    return "cluster-\(host)-\(ObjectName.hash(url).prefix(8))"
  }

  private var argoCDCommand: String {
    var options = ["--name=\(cluster.name)"]
    if let project { options.append("--project=\(project)") }
    options += namespaces.map { "--namespace=\($0)" }
    options += labels.map { "--label=\($0.key)=\($0.value)" }
    options += [
      "--exec-command=\(plugin.command)",
      "--exec-command-api-version=\(plugin.apiVersion.apiVersion)",
    ]
    let words =
      (["argocd", "cluster", "add", cluster.name] + options).map { ShellWord($0) }
      + plugin.arguments.map { $0.shellWord(option: "--exec-command-args=") }
    return (plugin.assignments + [ShellWord.command(words, first: 4)]).joined(separator: "\n")
  }
}
