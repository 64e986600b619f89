/// The additions to the workloads of Argo CD that run credential plugins.
package struct ArgoCDWorkload: Sendable {
  package enum Format: String, Sendable, CaseIterable {
    /// Strategic merge patches.
    case kustomize
    /// Values of the argo-helm chart.
    case helm
  }

  /// The kind of the application controller.
  package enum Controller: String, Sendable, CaseIterable {
    case statefulset
    /// With dynamic cluster distribution.
    case deployment
  }

  package var format: Format
  package var pod: PluginPod
  package var controller: Controller
  /// Whether there is an argocd-server, which the core installation lacks.
  package var hasServer: Bool
  /// The release of the argo-helm chart that rendered the workloads; nil for upstream's manifests.
  package var release: String?
  /// The namespace in the metadata of the workloads; nil to omit it, as in upstream's manifests.
  package var namespace: String?

  package init(
    format: Format, pod: PluginPod, controller: Controller, hasServer: Bool, release: String?,
    namespace: String?
  ) {
    self.format = format
    self.pod = pod
    self.controller = controller
    self.hasServer = hasServer
    self.release = release
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
    # Patches for kustomize: list this file under "patches".
    \(hasServer ? Self.usersNote : nil)
    \(namespace == nil ? Self.namespaceNote : nil)
    \(controllerPatch)
    \(hasServer ? serverPatch : nil)
    """
  }

  private static let usersNote: YAML = """
    # Each workload has its own service account and is its own user of the target
    # cluster.
    """

  private static let namespaceNote: YAML = """
    #
    # The patches have no namespace, like the workloads in Argo CD's manifests. If
    # yours have one, add --argocd-namespace.
    """

  // MARK: - Patches

  private var controllerPatch: YAML {
    let name = "argocd-application-controller"
    return switch controller {
    case .statefulset:
      patch(kind: "StatefulSet", name: controllerName, container: containerName(name))
    case .deployment:
      """
      #
      # The StatefulSet of the same name only scales the old pods down. This pod has
      # no /tmp: the plugin can write to /home/argocd only.
      \(patch(kind: "Deployment", name: controllerName, container: containerName(name)))
      """
    }
  }

  private var serverPatch: YAML {
    let name = release.map { Self.fullName($0) + "-server" } ?? "argocd-server"
    return patch(kind: "Deployment", name: name, container: containerName("argocd-server"))
  }

  private var controllerName: String {
    guard let release else { return "argocd-application-controller" }
    return String((Self.fullName(release) + "-application-controller").prefix(52))
  }

  /// The chart's containers have upstream's names without `argocd-`.
  private func containerName(_ name: String) -> String {
    release == nil ? name : String(name.dropFirst("argocd-".count))
  }

  /// The prefix of the chart's object names.
  private static func fullName(_ release: String) -> String {
    release.contains("argocd") ? release : release + "-argocd"
  }

  private func patch(kind: String, name: String, container: String) -> YAML {
    """
    ---
    apiVersion: apps/v1
    kind: \(kind)
    metadata:
      name: \(name)
      \(namespace.map { "namespace: \($0)" })
    spec:
      template:
        spec:
          initContainers:
            - \(pod.initContainer)
          containers:
            - name: \(container)
              volumeMounts:
                \(pod.volumeMounts)
          volumes:
            \(pod.volumes)
    """
  }

  // MARK: - Values

  private var values: YAML {
    """
    # Values for the chart argo-cd of argo-helm. A list in a values file replaces
    # the one in earlier files.
    \(hasServer ? Self.usersNote : nil)
    ---
    controller:
      \(podValues)
    \(hasServer ? serverValues : nil)
    """
  }

  private var serverValues: YAML {
    """
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
