import TokenExchange

/// The option for settings that the client passes for each cluster.
extension OptionDeclaration {
  static let clusterConfig = FlagOption(
    "cluster-config",
    help: "Also read the client ID, connector, audiences and scopes from spec.cluster.config in "
      + "KUBERNETES_EXEC_INFO, where the client sets them for each cluster. Options on the "
      + "command line take precedence over it, variables do not.",
    section: .advanced)

  static let generatedClusterConfig = clusterConfig.with(
    help:
      "Write --client-id, --connector-id, --audience and --scopes as the cluster's config instead "
      + "of arguments, so that all clusters share one user entry.")
}

/// A setting that a client may pass for a cluster.
struct ClusterSetting: Sendable {
  /// The key in `spec.cluster.config`; the option's name is accepted too.
  var key: String
  var option: OptionDeclaration

  /// None of them determines where a token is sent, what is trusted or which file is read: authors
  /// of a ClusterProfile or of a kubeconfig's cluster must not be able to obtain this process's token.
  static let all = [
    ClusterSetting(key: "clientID", option: .clientID),
    ClusterSetting(key: "connectorID", option: .connectorID),
    ClusterSetting(key: "audiences", option: .audience),
    ClusterSetting(key: "scopes", option: .scopes),
  ]
}
