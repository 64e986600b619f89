import TokenExchange

/// A kubeconfig with one cluster, user and context of the same name.
package struct Kubeconfig: Sendable {
  package var cluster: TargetCluster
  package var plugin: ExecPlugin

  package init(cluster: TargetCluster, plugin: ExecPlugin) {
    self.cluster = cluster
    self.plugin = plugin
  }

  package var yaml: YAML {
    """
    # A kubeconfig makes kubectl run a program. Before you use one that you
    # received, read "command" and "args".
    #
    # The same in an existing kubeconfig:
    #   \(comment: kubectlCommands)
    #
    # A kuberc with an allowlist (kubectl 1.35 and later) needs:
    #   apiVersion: kubectl.config.k8s.io/v1beta1
    #   kind: Preference
    #   credentialPluginPolicy: Allowlist
    #   credentialPluginAllowlist:
    #     - name: \(comment: plugin.command)
    ---
    \(Self.document(cluster, user: exec))
    """
  }

  /// A kubeconfig for a cluster.
  static func document(_ cluster: TargetCluster, user: YAML) -> YAML {
    """
    apiVersion: v1
    kind: Config
    clusters:
      - name: \(cluster.name)
        cluster:
          server: \(cluster.server.text)
          \(cluster.tlsServerName.map { "tls-server-name: \($0)" })
          \(cluster.proxyURL.map { "proxy-url: \($0)" })
          \(cluster.certificates.map { "certificate-authority-data: \($0.base64)" })
    users:
      - name: \(cluster.name)
        user:
          \(user)
    contexts:
      - name: \(cluster.name)
        context:
          cluster: \(cluster.name)
          user: \(cluster.name)
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
      # The cluster's CA may not fit into an environment variable.
      provideClusterInfo: false
      interactiveMode: \(plugin.interactiveMode)
    """
  }

  private var kubectlCommands: String {
    let name = cluster.name
    var setCluster = ["kubectl", "config", "set-cluster", name]
    setCluster.append("--server=\(cluster.server.text)")
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
