import TokenExchange

extension Command {
  static let generateArgoCDWorkload = generating(
    "argocd-workload", summary: "what Argo CD's two workloads need to run the plugin",
    details: """
      Patches for argocd-application-controller and argocd-server: an init container that copies
      the program, a volume for it, and a service account token with an audience of its own.
      """,
    options: [.image, .tokenAudience, .tokenExpiration, .argoCDNamespace, .format]
  ) { invocation, _ throws(Problem) in
    let workload = ArgoCDWorkload(
      pod: PluginPod(
        image: try invocation.required(.image),
        audience: invocation.text(.tokenAudience) ?? "dex",
        expiration: try invocation.tokenExpiration()),
      namespace: invocation.text(.argoCDNamespace) ?? "argocd")
    switch try invocation.choice(.format, default: ArgoCDWorkload.Format.kustomize) {
    case .kustomize: return workload.patches
    case .helm: return workload.values
    }
  }
}

/// The two workloads of Argo CD that run credential plugins.
struct ArgoCDWorkload: Sendable {
  enum Format: String, CaseIterable {
    case kustomize, helm
  }

  var pod: PluginPod
  var namespace: String

  /// Strategic merge patches.
  var patches: GeneratedFile {
    GeneratedFile(
      remarks: """
        Patches for kustomize: list this file under "patches". A service account's token can be had
        by its own pods only, so the two workloads are two users of the target cluster.
        """,
      documents: [
        patch("StatefulSet", "argocd-application-controller"), patch("Deployment", "argocd-server"),
      ])
  }

  /// Values of the argo-helm chart.
  var values: GeneratedFile {
    let members: YAML = [
      "initContainers": [pod.initContainer], "volumes": .list(pod.volumes),
      "volumeMounts": .list(pod.mounts),
    ]
    return GeneratedFile(
      remarks: """
        Values for the chart argo-cd of argo-helm. A service account's token can be had by its own
        pods only, so the two workloads are two users of the target cluster.
        """,
      documents: [["controller": members, "server": members]])
  }

  private func patch(_ kind: String, _ name: String) -> YAML {
    [
      "apiVersion": "apps/v1",
      "kind": .string(kind),
      "metadata": ["name": .string(name), "namespace": .string(namespace)],
      "spec": [
        "template": [
          "spec": [
            "initContainers": [pod.initContainer],
            "containers": [["name": .string(name), "volumeMounts": .list(pod.mounts)]],
            "volumes": .list(pod.volumes),
          ]
        ]
      ],
    ]
  }
}
