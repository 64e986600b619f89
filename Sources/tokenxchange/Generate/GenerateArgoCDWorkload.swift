import Manifests
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
      format: try invocation.choice(.format, default: ArgoCDWorkload.Format.kustomize),
      pod: PluginPod(
        image: try invocation.required(.image),
        audience: invocation.text(.tokenAudience) ?? "dex",
        expirationSeconds: try invocation.tokenExpiration()),
      namespace: try invocation.argoCDNamespace())
    return GeneratedFile(yaml: workload.yaml)
  }
}
