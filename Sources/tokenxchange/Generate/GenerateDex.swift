import Manifests
import TokenExchange

extension Command {
  static let generateDex = generating(
    "dex", summary: "a connector and a client for Dex",
    details: """
      The parts of Dex's config.yaml that make Dex trust a cluster's service accounts and issue
      tokens for the target cluster; with --with-login also, or only, for users. Merge them into
      your configuration. With --argocd they are for the Dex that is part of Argo CD.
      """,
    example: "tokenxchange generate dex --issuer=https://dex.example.com/dex "
      + "--client-id=target-cluster --connector-id=cluster-a "
      + "--cluster-issuer=https://keys.example.com/cluster-a",
    options: OptionDeclaration.generateDex
  ) { arguments, _ throws(CommandError) in
    GeneratedFile(yaml: try DexConfiguration(arguments).yaml)
  }
}

extension DexConfiguration {
  /// The path of Dex's issuer below the URL of Argo CD.
  private static let argoCDPath = "/api/dex"

  fileprivate init(_ arguments: ParsedArguments) throws(CommandError) {
    let issuer = try arguments.required(.issuer)
    let clientID = try arguments[.clientID].text
    _ = try arguments[.tokenLifetime]
    let isArgoCD = arguments[.bundledDex]
    guard !isArgoCD || issuer.text.hasSuffix(Self.argoCDPath) else {
      throw .generate(.issuerOfArgoCD(option: arguments.source(of: .issuer)))
    }
    self.init(
      issuer: issuer, clientID: clientID, cluster: try Cluster(arguments),
      tokenLifetime: arguments.text(of: .tokenLifetime) ?? "10m",
      hasLogin: arguments[.withLogin],
      argoCD: isArgoCD ? String(issuer.text.dropLast(Self.argoCDPath.count)) : nil)
  }
}

extension DexConfiguration.Cluster {
  /// Reads the options; nil if only users sign in.
  fileprivate init?(_ arguments: ParsedArguments) throws(CommandError) {
    let options: [OptionDeclaration] = [
      .connectorID, .clusterIssuer, .gitHubActionsConnector, .gitLabConnector,
      .clusterDiscoveryURL, .clusterCAPath,
    ]
    if arguments[.withLogin], !options.contains(where: { arguments.isSet($0) }) { return nil }
    let (source, issuer) = try arguments.tokenIssuer()
    self.init(
      source: source, connectorID: try arguments[.connectorID].text, issuer: issuer,
      discoveryURL: try arguments[.clusterDiscoveryURL].map(Self.withoutDocument),
      certificatesPath: arguments[.clusterCAPath])
  }

  /// Removes the path of the document, which Dex adds itself.
  private static func withoutDocument(_ url: EndpointURL) -> EndpointURL {
    let path = "/.well-known/openid-configuration"
    guard url.text.hasSuffix(path) else { return url }
    return (try? EndpointURL(String(url.text.dropLast(path.count)))) ?? url
  }
}

extension ParsedArguments {
  private static let gitHubIssuer = "https://token.actions.githubusercontent.com"

  fileprivate func tokenIssuer() throws(CommandError) -> (
    source: DexConfiguration.TokenSource, issuer: EndpointURL
  ) {
    if let gitLab = try self[.gitLabConnector] {
      let others: [OptionDeclaration] = [.gitHubActionsConnector, .clusterIssuer]
      if let other = others.first(where: isSet) {
        throw .generate(
          .conflict(source(of: .gitLabConnector), source(of: other), .oneTokenIssuer))
      }
      return (.gitLab, gitLab)
    }
    let isGitHub = self[.gitHubActionsConnector]
    if isGitHub, !isSet(.clusterIssuer), let issuer = try? EndpointURL(Self.gitHubIssuer) {
      return (.gitHubActions, issuer)
    }
    return (isGitHub ? .gitHubActions : .serviceAccounts, try self[.clusterIssuer])
  }
}
