import TokenExchange

extension Command {
  static let generateKubeconfig = generating(
    "kubeconfig", summary: "a kubeconfig that logs in by plugin",
    details: """
      A kubeconfig with no secret in it: it can be mailed, or kept in git. Its CAs are embedded.
      get-token and token-file are for programs, login and kubelogin for people.
      """,
    options: TargetCluster.options + [.auth, .pluginCommand] + OptionSpec.plugin
  ) { invocation, world throws(Problem) in
    let cluster = try TargetCluster(invocation, world: world)
    let plugin = try ExecPlugin(invocation, world: world)
    let authorityFile = invocation.text(.targetServerCA)
    return Kubeconfig(cluster: cluster, plugin: plugin, authorityFile: authorityFile).file
  }
}

/// A kubeconfig of one cluster, one user and one context of the same name.
struct Kubeconfig: Sendable {
  var cluster: TargetCluster
  var plugin: ExecPlugin
  /// Where the cluster's CA came from, for the commands that do the same.
  var authorityFile: String?

  var file: GeneratedFile {
    GeneratedFile(
      remarks: remarks, documents: [Self.document(cluster, user: ["exec": exec])], mode: 0o600)
  }

  /// A kubeconfig of one cluster, with its user however that one logs in.
  static func document(_ cluster: TargetCluster, user: YAML) -> YAML {
    [
      "apiVersion": "v1",
      "kind": "Config",
      "clusters": [
        [
          "name": .string(cluster.name),
          "cluster": .members([
            ("server", .string(cluster.server.text)),
            ("certificate-authority-data", cluster.authorityData.map(YAML.string)),
          ]),
        ]
      ],
      "users": [["name": .string(cluster.name), "user": user]],
      "contexts": [
        [
          "name": .string(cluster.name),
          "context": ["cluster": .string(cluster.name), "user": .string(cluster.name)],
        ]
      ],
      "current-context": .string(cluster.name),
    ]
  }

  private var exec: YAML {
    [
      "apiVersion": .string(ExecPlugin.apiVersion),
      "command": .string(plugin.command),
      "args": .strings(plugin.arguments),
      // The cluster's CA in a variable can be more than a program's environment may hold.
      "provideClusterInfo": false,
      "interactiveMode": .string(plugin.interactiveMode),
      "installHint": .string(plugin.installHint),
    ]
  }

  private var remarks: String {
    """
    A kubeconfig makes kubectl run a program: of one that somebody sent you, read "command" and
    "args" before you use it.

    The same in a kubeconfig that you have:
    \(kubectlCommands)

    Where ~/.kube/kuberc allows only listed plugins (kubectl 1.35 and later; 1.35 itself says
    "name" in place of "command"), it needs:
      apiVersion: kubectl.config.k8s.io/v1beta1
      kind: Preference
      credentialPluginPolicy: Allowlist
      credentialPluginAllowlist:
        - command: \(JSON.quote(plugin.command))
    """
  }

  /// kubectl takes `--exec-arg` as a line of comma separated values, and splits it.
  private static func csvField(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { !",\"\n\r".unicodeScalars.contains($0) }
    return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  private var kubectlCommands: String {
    let setCluster =
      ["kubectl", "config", "set-cluster", cluster.name, "--server=\(cluster.server.text)"]
      + (authorityFile.map { ["--certificate-authority=\($0)", "--embed-certs=true"] } ?? [])
    let setUser =
      [
        "kubectl", "config", "set-credentials", cluster.name,
        "--exec-api-version=\(ExecPlugin.apiVersion)",
        "--exec-interactive-mode=\(plugin.interactiveMode)", "--exec-command=\(plugin.command)",
      ] + plugin.arguments.map { "--exec-arg=" + Self.csvField($0) }
    let setContext = [
      "kubectl", "config", "set-context", cluster.name, "--cluster=\(cluster.name)",
      "--user=\(cluster.name)",
    ]
    return [setCluster, setUser, setContext].map { words in
      "  " + ShellWords.command(words, first: 4).split(separator: "\n").joined(separator: "\n  ")
    }.joined(separator: "\n")
  }
}
