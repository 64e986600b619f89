import Manifests
import TokenExchange

extension Command {
  static let generateKubeconfig = generating(
    "kubeconfig", summary: "a kubeconfig with a credential plugin",
    details: """
      A kubeconfig that contains no secret: it can be mailed or kept in git. CA certificates are
      embedded. get-token and token-file are for programs, login and kubelogin for people.
      """,
    example: "tokenxchange generate kubeconfig --server=https://cluster-b.example.com:6443 "
      + "--issuer=https://dex.example.com/dex --client-id=target-cluster "
      + "--connector-id=cluster-a",
    options: OptionDeclaration.generateKubeconfig
  ) { arguments, world throws(CommandError) in
    let cluster = try TargetCluster(arguments, world: world)
    let plugin = try ExecPlugin(
      try ExecMethod(arguments), arguments, world: world, isForPod: false)
    return GeneratedFile(yaml: Kubeconfig(cluster: cluster, plugin: plugin).yaml, mode: 0o600)
  }
}
