import Manifests
import TokenExchange

extension Command {
  static let generateArgoCDWorkload = generating(
    "argocd-workload", summary: "what Argo CD's two workloads need to run the plugin",
    details: """
      Patches for argocd-application-controller and argocd-server: an init container that copies
      the program, a volume for it, and a service account token with an audience of its own.
      """,
    example: "tokenxchange generate argocd-workload "
      + "--image=registry.example.com/tokenxchange:0.2.0",
    options: OptionDeclaration.generateArgoCDWorkload
  ) { arguments, _ throws(Problem) in
    let workload = ArgoCDWorkload(
      format: try arguments[.format],
      pod: PluginPod(
        image: try arguments[.image],
        audience: arguments.text(of: .subjectAudience) ?? "dex",
        expirationSeconds: try arguments.tokenExpiration()),
      namespace: try arguments.argoCDNamespace())
    return GeneratedFile(yaml: workload.yaml)
  }
}
