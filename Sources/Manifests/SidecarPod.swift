/// A pod whose application reads the token from a file that a sidecar renews.
package struct SidecarPod: Sendable {
  package var pod: PluginPod
  /// The arguments of the sidecar.
  package var arguments: [String]
  /// The absolute path of the token file.
  package var tokenFile: String
  /// Whether the service account token needs a volume; the kubelet mounts the default token itself.
  package var hasTokenVolume: Bool
  /// Whether the group of the token file may read it.
  package var isGroupReadable: Bool
  /// The cluster of the application's kubeconfig.
  package var cluster: TargetCluster?

  package init(
    pod: PluginPod, arguments: [String], tokenFile: String, hasTokenVolume: Bool,
    isGroupReadable: Bool, cluster: TargetCluster?
  ) {
    self.pod = pod
    self.arguments = arguments
    self.tokenFile = tokenFile
    self.hasTokenVolume = hasTokenVolume
    self.isGroupReadable = isGroupReadable
    self.cluster = cluster
  }

  package var yaml: YAML {
    """
    # For an application that reads its token from a file: tokenFile in a
    # kubeconfig, curl, Incus, Vault.
    \(isGroupReadable ? nil : Self.modeNote)
    #
    # Native sidecars require Kubernetes 1.29.
    \(cluster.map(configMap))
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: application
    spec:
      \(isGroupReadable ? Self.groupContext : nil)
      initContainers:
        - name: tokenxchange
          \(pod.imageFields)
          args:
            \(arguments.map { "- \($0)" })
          # Makes this a sidecar, which starts before the application and stops
          # after it.
          restartPolicy: Always
          startupProbe:
            # The application starts when this succeeds, so that it finds a token.
            \(check)
            periodSeconds: 1
            failureThreshold: 120
          readinessProbe:
            # If Dex is down, the pod stays ready until the last token expires.
            \(check)
            periodSeconds: 10
          resources:
            \(pod.resources.yaml)
          securityContext:
            \(PluginPod.securityContext)
          volumeMounts:
            - name: token
              mountPath: \(tokenDirectory)
            \(hasTokenVolume ? pod.tokenMount : nil)
      containers:
        # Replace this with your application.
        - name: application
          image: application
          \(cluster == nil ? nil : Self.environment)
          resources:
            \(PodResources.standard.yaml)
          securityContext:
            \(PluginPod.securityContext)
          volumeMounts:
            - name: token
              mountPath: \(tokenDirectory)
              readOnly: true
            \(cluster == nil ? nil : Self.kubeconfigMount)
      volumes:
        - name: token
          emptyDir:
            # In memory, so that no token is written to the node's disk.
            medium: Memory
            sizeLimit: 1Mi
        \(hasTokenVolume ? pod.tokenVolume : nil)
        \(cluster == nil ? nil : Self.kubeconfigVolume)
    """
  }

  private var tokenDirectory: String { PodPath.directory(of: tokenFile) }

  private static let modeNote: YAML = """
    # Only the sidecar's user can read the token file. If the application runs as
    # another user, set the mode to 0640.
    """

  private static let groupContext: YAML = """
    securityContext:
      # The group of the token file: sidecar and application may be different
      # users.
      fsGroup: 65532
    """

  /// The program by its absolute path, because the image may have no `PATH`.
  private var check: YAML {
    """
    exec:
      command:
        - \(PodPath.program)
        - check
        - \("--file=\(tokenFile)")
    """
  }

  // MARK: - The application's kubeconfig

  private func configMap(_ cluster: TargetCluster) -> YAML {
    """
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: application
    data:
      kubeconfig: |
        \(Kubeconfig.document(cluster, user: user))
    """
  }

  private var user: YAML {
    """
    # client-go reads the file again every minute.
    tokenFile: \(tokenFile)
    """
  }

  private static let environment: YAML = """
    env:
      - name: KUBECONFIG
        value: \(PodPath.kubeconfigDirectory + "/kubeconfig")
    """

  private static let kubeconfigMount: YAML = """
    - name: kubeconfig
      mountPath: \(PodPath.kubeconfigDirectory)
      readOnly: true
    """

  private static let kubeconfigVolume: YAML = """
    - name: kubeconfig
      configMap:
        name: application
    """
}
