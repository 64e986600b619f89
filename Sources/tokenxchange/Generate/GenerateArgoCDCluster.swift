import Manifests
import TokenExchange

extension Command {
  static let generateArgoCDCluster = generating(
    "argocd-cluster", summary: "the Secret that declares a cluster to Argo CD",
    details: """
      The cluster Secret of Argo CD, or values of its chart. The plugin gets arguments instead of
      variables: Argo CD passes variables in random order, which makes client-go run the plugin for
      every request. Dex's CA is embedded. --auth is get-token or token-file.
      """,
    example: "tokenxchange generate argocd-cluster --server=https://cluster-b.example.com:6443 "
      + "--issuer=https://dex.example.com/dex --client-id=target-cluster "
      + "--connector-id=cluster-a",
    options: OptionDeclaration.generateArgoCDCluster
  ) { arguments, world throws(CommandError) in
    let cluster = try TargetCluster(arguments, world: world)
    guard cluster.server.host.lowercased() != "kubernetes.default.svc" else {
      throw .generate(.ownClusterOfArgoCD(option: arguments.source(of: .targetServer)))
    }
    let method = try arguments[.auth]
    let plugin = try ExecPlugin(
      method, arguments, world: world, isForPod: true, tokenFile: PodPath.token)
    guard !method.isForPeople else { throw .generate(.methodForPeople(method: method.rawValue)) }
    var argoCDCluster = try ArgoCDCluster(arguments, cluster: cluster, plugin: plugin)
    if arguments[.clusterConfig] { argoCDCluster.clusterConfig = try ClusterConfig(arguments) }
    return GeneratedFile(yaml: argoCDCluster.yaml, mode: 0o600)
  }
}

extension ParsedArguments {
  /// The namespaces in a list, which must be valid names.
  func namespaces(_ option: ListOption) throws(CommandError) -> [String] {
    let namespaces = self[option]
    if let invalid = namespaces.first(where: { !KubernetesName.isDNSLabel($0) }) {
      throw .generate(.invalidNamespace(invalid, option: source(of: option)))
    }
    return namespaces
  }

  func argoCDNamespace(
    _ option: OptionalTextOption = .argoCDNamespace
  ) throws(CommandError) -> String {
    let namespace = self[option] ?? "argocd"
    guard KubernetesName.isDNSLabel(namespace) else {
      throw .generate(.invalidNamespace(namespace, option: source(of: option)))
    }
    return namespace
  }
}

extension ArgoCDCluster {
  fileprivate init(
    _ arguments: ParsedArguments, cluster: TargetCluster, plugin: ExecPlugin
  ) throws(CommandError) {
    let format = try arguments[.clusterFormat]
    let shard = try arguments.shard()
    if format == .helm {
      guard KubernetesName.isDNSSubdomain(cluster.name) else {
        throw .generate(.clusterNameInHelm(cluster.name))
      }
      guard shard != 0 else { throw .generate(.shardZeroInHelm) }
    }
    let namespaces = try arguments.namespaces(.namespaces)
    if arguments[.clusterResources], namespaces.isEmpty { throw arguments.missing(.namespaces) }
    self.init(
      format: format, cluster: cluster, plugin: plugin,
      namespace: try arguments.argoCDNamespace(), project: arguments[.project],
      namespaces: namespaces, hasClusterResources: arguments[.clusterResources], shard: shard,
      labels: try Self.pairs(
        .label, arguments[.label], of: arguments, isValid: KubernetesName.isLabelValue
      ) { text in .invalidLabel(text) },
      annotations: try Self.pairs(
        .annotation, arguments.values(of: .annotation), of: arguments, isValid: { _ in true }
      ) { text in .invalidAnnotation(text) })
  }

  /// Parses labels or annotations, such as `NAME=VALUE`.
  private static func pairs(
    _ option: OptionDeclaration, _ texts: [String], of arguments: ParsedArguments,
    isValid: (String) -> Bool, error: (String) -> GenerateError
  ) throws(CommandError) -> [Pair] {
    var pairs: [Pair] = []
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map(String.init)
      guard parts.count == 2, KubernetesName.isLabelKey(parts[0]), isValid(parts[1]) else {
        throw .generate(error(text))
      }
      let source = arguments.source(of: option)
      guard !reservedKeys.contains(parts[0]) else {
        throw .generate(.reservedKey(parts[0], option: source))
      }
      guard !pairs.contains(where: { $0.key == parts[0] }) else {
        throw .generate(.repeatedKey(parts[0], option: source))
      }
      pairs.append((key: parts[0], value: parts[1]))
    }
    return pairs
  }

  /// Keys that Argo CD and kubectl set.
  private static let reservedKeys = [
    typeLabel, "kubectl.kubernetes.io/last-applied-configuration",
  ]
}

extension ParsedArguments {
  fileprivate func shard() throws(CommandError) -> Int? {
    guard let text = self[.shard] else { return nil }
    guard let shard = Int(text), shard >= 0, String(shard) == text else {
      throw .generate(.invalidShard(text))
    }
    return shard
  }
}
