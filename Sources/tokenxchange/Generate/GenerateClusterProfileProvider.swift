import Manifests
import TokenExchange

extension Command {
  static let generateClusterProfileProvider = generating(
    "clusterprofile-provider",
    summary: "the provider file of controllers that read ClusterProfiles",
    details: """
      The provider file that controllers with the cluster-inventory library (KEP-5339) read, in a
      ConfigMap, and an example of a ClusterProfile. One provider serves all clusters: client ID,
      connector, audiences and scopes come from each ClusterProfile.
      """,
    example: "tokenxchange generate clusterprofile-provider "
      + "--server=https://cluster-b.example.com:6443 --issuer=https://dex.example.com/dex "
      + "--client-id=target-cluster --connector-id=cluster-a",
    options: OptionDeclaration.generateClusterProfileProvider
  ) { arguments, world throws(CommandError) in
    // The plugin's arguments must be the same for all clusters.
    var forPlugin = arguments
    forPlugin.set(.clusterConfig, to: ["true"])
    let cluster = try TargetCluster(arguments, world: world)
    guard KubernetesName.isDNSSubdomain(cluster.name) else {
      throw .generate(.invalidClusterProfileName(cluster.name))
    }
    let plugin = try ExecPlugin(
      .getToken, forPlugin, world: world, isForPod: true, tokenFile: PodPath.token)
    return GeneratedFile(
      yaml: .clusterProfileProvider(
        name: arguments[.providerName] ?? "tokenxchange", plugin: plugin, cluster: cluster,
        config: try ClusterConfig(arguments), namespace: try arguments.argoCDNamespace()))
  }
}
