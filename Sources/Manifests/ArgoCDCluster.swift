import TokenExchange

/// The declaration of a cluster to Argo CD.
package struct ArgoCDCluster: Sendable {
  package enum Format: String, Sendable, CaseIterable {
    /// The Secret itself.
    case secret
    /// Values of the argo-helm chart, which creates the Secret.
    case helm
  }

  /// A label or an annotation.
  package typealias Pair = (key: String, value: String)

  /// The label that marks the Secrets of clusters.
  package static let typeLabel = "argocd.argoproj.io/secret-type"

  package var format: Format
  package var cluster: TargetCluster
  package var plugin: ExecPlugin
  /// The namespace of Argo CD.
  package var namespace: String
  /// The only project that may use the cluster; nil for all.
  package var project: String?
  /// The namespaces of the cluster that Argo CD watches; empty for all.
  package var namespaces: [String]
  /// Whether Argo CD manages cluster-scoped objects although namespaces are listed.
  package var hasClusterResources: Bool
  /// The number of the application controller that manages the cluster.
  package var shard: Int?
  package var labels: [Pair]
  package var annotations: [Pair]
  /// The cluster's settings that are not among the plugin's arguments.
  package var clusterConfig: ClusterConfig?

  package init(
    format: Format, cluster: TargetCluster, plugin: ExecPlugin, namespace: String,
    project: String?, namespaces: [String], hasClusterResources: Bool, shard: Int?,
    labels: [Pair], annotations: [Pair], clusterConfig: ClusterConfig? = nil
  ) {
    self.format = format
    self.cluster = cluster
    self.plugin = plugin
    self.namespace = namespace
    self.project = project
    self.namespaces = namespaces
    self.hasClusterResources = hasClusterResources
    self.shard = shard
    self.labels = labels
    self.annotations = annotations
    self.clusterConfig = clusterConfig
  }

  package var yaml: YAML {
    switch format {
    case .secret: secret
    case .helm: values
    }
  }

  private static let note: YAML = """
    # This contains no secret. Argo CD runs the command in two pods,
    # argocd-application-controller and argocd-server. Both need the program and
    # the token (tokenxchange generate argocd-workload), and both are users of the
    # target cluster (tokenxchange generate rbac).
    """

  private var namespacesNote: YAML {
    namespaces.isEmpty
      ? """
      # Argo CD lists and watches all objects of the cluster and needs permission to
      # do so. --namespaces limits it to namespaces.
      """
      : """
      # Argo CD works in these namespaces only and needs permissions in each.
      """
  }

  private static let clusterConfigNote: YAML = """
    #
    # For Argo CD 3.5.0 or later: earlier versions drop provideClusterInfo and
    # config without a message. For those, omit --cluster-config. The argocd command
    # cannot set the two.
    """

  /// The equivalent argocd command.
  private var commandNote: YAML {
    """
    #
    # The same with the argocd command and a kubeconfig that has the context
    # \(comment: ShellWord(cluster.name).quoted):
    #   \(comment: argoCDCommand)
    """
  }

  // MARK: - Secret

  private var secret: YAML {
    """
    \(Self.note)
    #
    \(namespacesNote)
    \(clusterConfig == nil ? commandNote : Self.clusterConfigNote)
    ---
    apiVersion: v1
    kind: Secret
    metadata:
      name: \(secretName)
      namespace: \(namespace)
      labels:
        \(Self.typeLabel): cluster
        \(labels.map { "\($0.key): \($0.value)" })
      \(annotations.isEmpty ? nil : pairs("annotations", annotations))
    type: Opaque
    stringData:
      name: \(cluster.name)
      server: \(cluster.server.text)
      \(project.map { "project: \($0)" })
      \(namespaces.isEmpty ? nil : "namespaces: \(namespaces.joined(separator: ","))")
      \(hasClusterResources ? "clusterResources: \("true" as String)" : nil)
      \(shard.map { "shard: \(String($0))" })
      config: |
        {
          "execProviderConfig": {
            "command": \(json: plugin.command),
            "args": [
              \(jsonItems: plugin.arguments.map(\.text))
            ],
            "apiVersion": \(json: plugin.apiVersion.apiVersion),
            \(clusterConfig.map(jsonConfig))
            "installHint": \(json: Self.installHint)
          },
          "tlsClientConfig": {
            \(cluster.tlsServerName.map { "\"serverName\": \(json: $0)," })
            \(cluster.certificates.map { "\"caData\":\n  \(json: $0.base64)," })
            "insecure": false
          }\(cluster.proxyURL == nil ? "" : "," as YAML)
          \(cluster.proxyURL.map { "\"proxyUrl\": \(json: $0)" })
        }
    """
  }

  private static let installHint = "Install it with tokenxchange generate argocd-workload"

  private func jsonConfig(_ config: ClusterConfig) -> YAML {
    """
    "provideClusterInfo": true,
    "config": {
      \(jsonMembers: config.json)
    },
    """
  }

  private func yamlConfig(_ config: ClusterConfig) -> YAML {
    """
    provideClusterInfo: true
    config:
      \(config.yaml)
    """
  }

  private func pairs(_ key: YAML, _ pairs: [Pair]) -> YAML {
    """
    \(key):
      \(pairs.map { "\($0.key): \($0.value)" })
    """
  }

  /// A DNS name derived from the server's URL, which identifies a cluster in Argo CD.
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
    if hasClusterResources { options.append("--cluster-resources") }
    if let shard { options.append("--shard=\(shard)") }
    options += labels.map { "--label=\($0.key)=\($0.value)" }
    options += annotations.map { "--annotation=\($0.key)=\($0.value)" }
    if let proxyURL = cluster.proxyURL { options.append("--proxy-url=\(proxyURL)") }
    options += [
      "--exec-command=\(plugin.command)",
      "--exec-command-api-version=\(plugin.apiVersion.apiVersion)",
    ]
    let words =
      (["argocd", "cluster", "add", cluster.name] + options).map { ShellWord($0) }
      + plugin.arguments.map { $0.shellWord(option: "--exec-command-args=") }
    return (plugin.assignments + [ShellWord.command(words, first: 4)]).joined(separator: "\n")
  }

  // MARK: - Values

  private var values: YAML {
    """
    # Values for the chart argo-cd of argo-helm, 7.0.0 or later. The chart creates
    # the Secret argocd-cluster-\(comment: cluster.name).
    #
    \(Self.note)
    #
    \(namespacesNote)
    \(clusterConfig == nil ? nil : Self.clusterConfigNote)
    ---
    configs:
      clusterCredentials:
        \(cluster.name):
          server: \(cluster.server.text)
          \(labels.isEmpty ? nil : pairs("labels", labels))
          \(annotations.isEmpty ? nil : pairs("annotations", annotations))
          \(namespaces.isEmpty ? nil : "namespaces: \(namespaces.joined(separator: ","))")
          \(hasClusterResources ? "clusterResources: true" : nil)
          \(project.map { "project: \($0)" })
          \(shard.map { "shard: \($0)" })
          config:
            execProviderConfig:
              command: \(plugin.command)
              args:
                \(plugin.arguments.map { "- \($0.text)" })
              apiVersion: \(plugin.apiVersion.apiVersion)
              \(clusterConfig.map(yamlConfig))
              installHint: \(Self.installHint)
            tlsClientConfig:
              \(cluster.tlsServerName.map { "serverName: \($0)" })
              \(cluster.certificates.map { "caData: \($0.base64)" })
              insecure: false
            \(cluster.proxyURL.map { "proxyUrl: \($0)" })
    """
  }
}
