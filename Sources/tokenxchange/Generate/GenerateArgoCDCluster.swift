import Manifests
import TokenExchange

extension Command {
  static let generateArgoCDCluster = generating(
    "argocd-cluster", summary: "the Secret by which Argo CD knows a cluster",
    details: """
      The cluster Secret for Argo CD, with the plugin's flags as arguments: Argo CD passes variables
      in a random order, which makes client-go start the plugin again and again. Dex's CA is
      embedded, because the Secret has no file to point at. --auth is get-token or token-file.
      """,
    example: "tokenxchange generate argocd-cluster --server=https://cluster-b.example.com:6443 "
      + "--issuer=https://dex.example.com/dex --client-id=target-cluster "
      + "--connector-id=cluster-a",
    options: OptionDeclaration.generateArgoCDCluster
  ) { arguments, world throws(Problem) in
    let cluster = try TargetCluster(arguments, world: world)
    guard cluster.server.host.lowercased() != "kubernetes.default.svc" else {
      throw .ownClusterOfArgo(arguments.source(of: .targetServer))
    }
    let method = try ExecMethod(arguments)
    let plugin = try ExecPlugin(method, arguments, world: world, tokenFile: PodPath.token)
    guard !method.isForPeople else { throw .interactiveMethodInArgoCD(method.rawValue) }
    let secret = ArgoCDCluster(
      cluster: cluster, plugin: plugin, namespace: try arguments.argoCDNamespace(),
      project: arguments[.project], namespaces: try arguments.namespaces(.namespaces),
      labels: try ArgoCDCluster.labels(arguments[.label]))
    return GeneratedFile(yaml: secret.yaml, mode: 0o600)
  }
}

extension ParsedArguments {
  /// The namespaces that a list holds.
  func namespaces(_ spec: ListOption) throws(Problem) -> [String] {
    let namespaces = self[spec]
    if let bad = namespaces.first(where: { !KubernetesName.isDNSLabel($0) }) {
      throw .badNamespace(bad, source: source(of: spec))
    }
    return namespaces
  }

  func argoCDNamespace() throws(Problem) -> String {
    let namespace = self[.argoCDNamespace] ?? "argocd"
    guard KubernetesName.isDNSLabel(namespace) else {
      throw .badNamespace(namespace, source: source(of: .argoCDNamespace))
    }
    return namespace
  }
}

extension ArgoCDCluster {
  /// Labels from `NAME=VALUE`.
  fileprivate static func labels(_ texts: [String]) throws(Problem) -> [Label] {
    var labels: [Label] = []
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, KubernetesName.isLabelKey(String(parts[0])),
        KubernetesName.isLabelValue(String(parts[1]))
      else { throw .badLabel(text) }
      let label = (key: String(parts[0]), value: String(parts[1]))
      guard label.key != typeLabel else { throw .reservedLabel(label.key) }
      guard !labels.contains(where: { $0.key == label.key }) else {
        throw .repeatedLabel(label.key)
      }
      labels.append(label)
    }
    return labels
  }
}
