/// The additions to the two workloads of Argo CD that run credential plugins.
package struct ArgoCDWorkload: Sendable {
  package enum Format: String, Sendable, CaseIterable {
    /// Strategic merge patches.
    case kustomize
    /// Values of the argo-helm chart.
    case helm
  }

  package var format: Format
  package var pod: PluginPod
  /// The namespace of Argo CD.
  package var namespace: String

  package init(format: Format, pod: PluginPod, namespace: String) {
    self.format = format
    self.pod = pod
    self.namespace = namespace
  }

  package var yaml: YAML {
    switch format {
    case .kustomize: patches
    case .helm: values
    }
  }

  private var patches: YAML {
    """
    # Patches for kustomize: list this file under "patches". Each workload has its
    # own service account, so the two are two users of the target cluster.
    \(patch(kind: "StatefulSet", name: "argocd-application-controller"))
    \(patch(kind: "Deployment", name: "argocd-server"))
    """
  }

  private func patch(kind: String, name: String) -> YAML {
    """
    ---
    apiVersion: apps/v1
    kind: \(kind)
    metadata:
      name: \(name)
      namespace: \(namespace)
    spec:
      template:
        spec:
          initContainers:
            - \(pod.initContainer)
          containers:
            - name: \(name)
              volumeMounts:
                \(pod.volumeMounts)
          volumes:
            \(pod.volumes)
    """
  }

  private var values: YAML {
    """
    # Values for the chart argo-cd of argo-helm. Each workload has its own service
    # account, so the two are two users of the target cluster.
    ---
    controller:
      \(podValues)
    server:
      \(podValues)
    """
  }

  private var podValues: YAML {
    """
    initContainers:
      - \(pod.initContainer)
    volumes:
      \(pod.volumes)
    volumeMounts:
      \(pod.volumeMounts)
    """
  }
}
