import TokenExchange

/// A kubeconfig with a cluster, a user and a context of the same name; or, with the cluster's
/// settings in its entry, with a user for several clusters.
package struct Kubeconfig: Sendable {
  package var cluster: TargetCluster
  package var plugin: ExecPlugin
  /// The name of the user, and the cluster's settings that are not among the plugin's arguments.
  package var shared: (userName: String, config: ClusterConfig)?

  package init(
    cluster: TargetCluster, plugin: ExecPlugin,
    shared: (userName: String, config: ClusterConfig)? = nil
  ) {
    self.cluster = cluster
    self.plugin = plugin
    self.shared = shared
  }

  package var yaml: YAML {
    """
    # A kubeconfig makes kubectl run a program. Before you use one that you
    # received, read "command" and "args".
    #
    \(shared == nil ? sameNote : Self.sharedNote)
    #
    # For a kuberc with an allowlist (kubectl 1.35 and later):
    #   apiVersion: kubectl.config.k8s.io/v1beta1
    #   kind: Preference
    #   credentialPluginPolicy: Allowlist
    #   credentialPluginAllowlist:
    #     - name: \(comment: plugin.command)
    ---
    \(Self.document(cluster, user: exec, shared: shared))
    """
  }

  private var sameNote: YAML {
    """
    # To add the same to an existing kubeconfig:
    #   \(comment: kubectlCommands)
    """
  }

  private static let sharedNote: YAML = """
    # The cluster's settings are in its cluster entry, so that clusters can share
    # the user. List such files in KUBECONFIG, or merge them into one file:
    #   KUBECONFIG=A:B:C kubectl config view --flatten
    # (kubectl config set-cluster cannot write the extension.)
    #
    # Clients pass the cluster entry, with its CA, in one environment variable.
    # Linux limits it to 128 KiB: with a CA bundle of more than about 90 KiB, the
    # plugin does not start ("argument list too long").
    """

  static func document(
    _ cluster: TargetCluster, user: YAML,
    shared: (userName: String, config: ClusterConfig)? = nil
  ) -> YAML {
    let userName = shared?.userName ?? cluster.name
    return """
      apiVersion: v1
      kind: Config
      clusters:
        - name: \(cluster.name)
          cluster:
            server: \(cluster.server.text)
            \(cluster.tlsServerName.map { "tls-server-name: \($0)" })
            \(cluster.proxyURL.map { "proxy-url: \($0)" })
            \(cluster.certificates.map { "certificate-authority-data: \($0.base64)" })
            \(shared.map { $0.config.extensions })
      users:
        - name: \(userName)
          user:
            \(user)
      contexts:
        - name: \(cluster.name)
          context:
            cluster: \(cluster.name)
            user: \(userName)
      current-context: \(cluster.name)
      """
  }

  private var exec: YAML {
    """
    exec:
      command: \(plugin.command)
      apiVersion: \(plugin.apiVersion.apiVersion)
      args:
        \(plugin.arguments.map { "- \($0.text)" })
      installHint: \(plugin.installHint)
      \(shared == nil ? Self.withoutClusterInfo : Self.withClusterInfo)
      interactiveMode: \(plugin.interactiveMode)
    """
  }

  private static let withoutClusterInfo: YAML = """
    # The cluster's CA may not fit into an environment variable.
    provideClusterInfo: false
    """

  private static let withClusterInfo: YAML = "provideClusterInfo: true"

  private var kubectlCommands: String {
    let name = cluster.name
    var setCluster = ["kubectl", "config", "set-cluster", name, "--server=\(cluster.server.text)"]
    if let name = cluster.tlsServerName { setCluster.append("--tls-server-name=\(name)") }
    if let url = cluster.proxyURL { setCluster.append("--proxy-url=\(url)") }
    if let path = cluster.certificates?.path {
      setCluster += ["--certificate-authority=\(path)", "--embed-certs=true"]
    }
    let setUser =
      [
        "kubectl", "config", "set-credentials", name,
        "--exec-api-version=\(plugin.apiVersion.apiVersion)",
        "--exec-interactive-mode=\(plugin.interactiveMode)", "--exec-command=\(plugin.command)",
      ].map { ShellWord($0) }
      + plugin.arguments.map { $0.shellWord(option: "--exec-arg=", transform: Self.csvField) }
    let setContext = [
      "kubectl", "config", "set-context", name, "--cluster=\(name)", "--user=\(name)",
    ]
    let commands = [setCluster.map { ShellWord($0) }, setUser, setContext.map { ShellWord($0) }]
    return (plugin.assignments + commands.map { ShellWord.command($0, first: 4) })
      .joined(separator: "\n")
  }

  /// kubectl reads `--exec-arg` as a line of comma-separated values.
  private static func csvField(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { !",\"\n\r".unicodeScalars.contains($0) }
    return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
