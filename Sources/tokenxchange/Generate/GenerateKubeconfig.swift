import Manifests
import TokenExchange

extension Command {
  static let generateKubeconfig = generating(
    "kubeconfig", summary: "a kubeconfig with a credential plugin",
    details: """
      A kubeconfig that contains no secret: it can be mailed or kept in git. CA certificates are
      embedded. get-token and token-file are for programs, login and kubelogin for users.
      """,
    example: "tokenxchange generate kubeconfig --server=https://cluster-b.example.com:6443 "
      + "--issuer=https://dex.example.com/dex --client-id=target-cluster "
      + "--connector-id=cluster-a",
    options: OptionDeclaration.generateKubeconfig
  ) { arguments, world throws(CommandError) in
    let cluster = try TargetCluster(arguments, world: world)
    let plugin = try ExecPlugin(arguments[.auth], arguments, world: world, isForPod: false)
    var kubeconfig = Kubeconfig(cluster: cluster, plugin: plugin)
    if arguments[.clusterConfig] {
      kubeconfig.shared = (try arguments.sharedUserName(), try ClusterConfig(arguments))
    }
    return GeneratedFile(yaml: kubeconfig.yaml, mode: 0o600)
  }
}

extension ParsedArguments {
  /// The name of a user for all clusters of one Dex: merged files of two Dex keep two users.
  fileprivate func sharedUserName() throws(CommandError) -> String {
    let issuer = try self[.issuer]
    let tokenURL = try self[.tokenURL]
    guard let url = issuer ?? tokenURL else { throw missing(.issuer, .tokenURL) }
    return "tokenxchange-\(url.host)"
  }
}

extension ClusterConfig {
  init(_ arguments: ParsedArguments) throws(CommandError) {
    self.init(
      clientID: try arguments[.clientID].text, connectorID: try arguments[.connectorID].text,
      audiences: arguments[.audience],
      scopes: arguments.isSet(.scopes) ? arguments[.scopes] : [])
  }
}
