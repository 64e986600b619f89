import TokenExchange

/// The option that lets the client set options for each cluster.
extension OptionDeclaration {
  static let clusterConfig = FlagOption(
    "cluster-config",
    help: "Also take the client ID, connector, audiences and scopes from spec.cluster.config in "
      + "KUBERNETES_EXEC_INFO, where the client puts them for each cluster. An option on the "
      + "command line wins over it, a variable does not.",
    section: .advanced)

  /// The same as `generate` describes it.
  static let generatedClusterConfig = clusterConfig.with(
    help: "Write --client-id, --connector-id, --audience and --scopes as the cluster's config and "
      + "not as arguments, so that all clusters share one user entry.")
}

/// A setting that a client may pass for a cluster.
struct ClusterSetting: Sendable {
  /// The key in `spec.cluster.config`; the option's name is accepted too.
  var key: String
  var option: OptionDeclaration

  /// All of them.
  ///
  /// None decides where a token is sent, what is trusted or which file is read:
  /// those who write a ClusterProfile or a kubeconfig's cluster must not be able to get this
  /// process's token.
  static let all = [
    ClusterSetting(key: "clientID", option: .clientID),
    ClusterSetting(key: "connectorID", option: .connectorID),
    ClusterSetting(key: "audiences", option: .audience),
    ClusterSetting(key: "scopes", option: .scopes),
  ]
}
