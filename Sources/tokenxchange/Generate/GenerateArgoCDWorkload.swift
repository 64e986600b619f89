import Manifests
import TokenExchange

extension Command {
  static let generateArgoCDWorkload = generating(
    "argocd-workload", summary: "patches for the Argo CD workloads that run the plugin",
    details: """
      Adds to argocd-application-controller and argocd-server an init container that copies the
      program, a volume for it, and a service account token with its own audience: as patches for
      kustomize, or as values of the argo-helm chart.
      """,
    example: "tokenxchange generate argocd-workload "
      + "--image=registry.example.com/tokenxchange:0.2.0",
    options: OptionDeclaration.generateArgoCDWorkload
  ) { arguments, _ throws(CommandError) in
    GeneratedFile(yaml: try ArgoCDWorkload(arguments).yaml)
  }
}

extension ArgoCDWorkload {
  fileprivate init(_ arguments: ParsedArguments) throws(CommandError) {
    let format = try arguments[.format]
    let release = arguments[.helmRelease]
    if let release {
      guard format == .kustomize else {
        throw .generate(
          .conflict("--format helm", arguments.source(of: .helmRelease), .valuesNeedNoRelease))
      }
      guard KubernetesName.isDNSLabel(release), release.utf8.count <= 53 else {
        throw .generate(.invalidRelease(release))
      }
    }
    // Upstream's workloads have no namespace; those of the chart have one.
    let hasNamespace = release != nil || arguments.isSet(.workloadNamespace)
    let namespace = try arguments.argoCDNamespace(.workloadNamespace)
    self.init(
      format: format, pod: try PluginPod(arguments), controller: try arguments[.controller],
      hasServer: !arguments[.coreInstall], release: release,
      namespace: hasNamespace ? namespace : nil)
  }
}

extension PluginPod {
  /// Reads `--image` and the related options.
  init(_ arguments: ParsedArguments, tokenFile: String = PodPath.token) throws(CommandError) {
    self.init(
      image: try arguments[.image], audience: arguments.text(of: .subjectAudience) ?? "dex",
      expirationSeconds: try arguments.tokenExpiration(), tokenFile: tokenFile,
      pullPolicy: arguments.isSet(.imagePullPolicy) ? try arguments[.imagePullPolicy] : nil,
      resources: try PodResources(arguments))
  }
}

extension PodResources {
  fileprivate init(_ arguments: ParsedArguments) throws(CommandError) {
    self = Self.standard.replacing(
      requests: try Self.items(.request, of: arguments),
      limits: try Self.items(.limit, of: arguments))
    if let (request, limit) = excess {
      throw .generate(
        .requestAboveLimit(
          resource: request.resource, request: request.quantity, limit: limit.quantity))
    }
  }

  private static func items(
    _ option: ListOption, of arguments: ParsedArguments
  ) throws(CommandError) -> [Item] {
    var items: [Item] = []
    for text in arguments[option] {
      guard let item = Item(text) else {
        throw .generate(.invalidQuantity(text, option: arguments.source(of: option)))
      }
      items.append(item)
    }
    return items
  }
}
