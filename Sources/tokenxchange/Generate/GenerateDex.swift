import Manifests
import TokenExchange

extension Command {
  static let generateDex = generating(
    "dex", summary: "Dex's connector and client",
    details: """
      The parts of Dex's config.yaml that make it trust a cluster's service accounts and issue tokens
      for the target cluster. Put them into the configuration that you have.
      """,
    example: "tokenxchange generate dex --issuer=https://dex.example.com/dex "
      + "--client-id=target-cluster --connector-id=cluster-a "
      + "--cluster-issuer=https://keys.example.com/cluster-a",
    options: OptionDeclaration.generateDex
  ) { arguments, _ throws(Problem) in
    let configuration = DexConfiguration(
      issuer: try arguments.required(.issuer),
      clientID: try arguments[.clientID].text,
      connectorID: try arguments[.connectorID].text,
      clusterIssuer: try arguments[.clusterIssuer],
      discoveryURL: try arguments[.clusterDiscoveryURL],
      certificatesPath: arguments[.clusterCAPath],
      tokenLifetime: arguments.text(of: .tokenLifetime) ?? "10m",
      hasLogin: arguments[.withLogin])
    _ = try arguments[.tokenLifetime]
    return GeneratedFile(yaml: configuration.yaml)
  }
}
