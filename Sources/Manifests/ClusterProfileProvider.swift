import TokenExchange

extension YAML {
  /// The provider file of controllers that read ClusterProfiles, and a ClusterProfile that uses it.
  ///
  /// The ConfigMap and the ClusterProfile of the example's cluster are in `namespace`; ClusterProfiles
  /// refer to the provider by its name.
  package static func clusterProfileProvider(
    name: String, plugin: ExecPlugin, cluster: TargetCluster, config: ClusterConfig,
    namespace: String
  ) -> YAML {
    """
    # For controllers that use the cluster-inventory library (KEP-5339), such as the
    # ClusterProfile integration of Argo CD. Mount the ConfigMap and pass
    #   --clusterprofile-provider-file=/PATH/\(comment: fileName)
    # They read the file once, at start.
    #
    # Both policies are Ignore on purpose. With Append or Replace, anyone who can
    # write a ClusterProfile could add arguments or variables of the plugin, such as
    # --token-url, and have the token of the controller's pod sent to a server of
    # their own. The extension client.authentication.k8s.io/exec of a ClusterProfile
    # sets the client ID, the connector, the audiences and the scopes, nothing else.
    #
    # Argo CD 3.5.0 and later passes them to the plugin; earlier versions drop them.
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: clusterprofile-provider
      namespace: \(namespace)
    data:
      \(fileName): |
        {
          "providers": [
            {
              "name": \(json: name),
              "execConfig": {
                "apiVersion": \(json: plugin.apiVersion.apiVersion),
                "command": \(json: plugin.command),
                "args": [
                  \(jsonItems: plugin.arguments.map(\.text))
                ],
                "provideClusterInfo": true
              },
              "profileSourcedCLIArgsPolicy": "Ignore",
              "profileSourcedEnvVarsPolicy": "Ignore"
            }
          ]
        }
    # An example: cluster managers create ClusterProfiles and write their status. To
    # write it yourself:
    #   kubectl apply --server-side -f FILE
    #   kubectl apply --server-side --subresource=status -f FILE
    ---
    apiVersion: multicluster.x-k8s.io/v1alpha1
    kind: ClusterProfile
    metadata:
      name: \(cluster.name)
      namespace: \(namespace)
    spec:
      clusterManager:
        name: example
    status:
      accessProviders:
        - name: \(name)
          cluster:
            server: \(cluster.server.text)
            \(cluster.certificates.map { "certificate-authority-data: \($0.base64)" })
            \(config.extensions)
    """
  }

  private static let fileName = "providers.json"
}
