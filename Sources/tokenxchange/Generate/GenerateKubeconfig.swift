import Manifests
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
    let plugin = try ExecPlugin(try ExecMethod(invocation), invocation, world: world)
    return GeneratedFile(yaml: Kubeconfig(cluster: cluster, plugin: plugin).yaml, mode: 0o600)
  }
}
