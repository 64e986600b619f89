import Manifests
import TokenExchange

extension OptionSpec {
  static let clusterIssuer = OptionSpec(
    name: "cluster-issuer", placeholder: "URL",
    help: "The issuer of the service account tokens: the iss in them, to the letter.")

  static let clusterDiscoveryURL = OptionSpec(
    name: "cluster-discovery-url", placeholder: "URL",
    help: "Where that issuer's discovery document is, if it is not at the issuer itself.")

  static let clusterCAPath = OptionSpec(
    name: "cluster-ca-path", placeholder: "PATH",
    help: "Where Dex finds the CA of that issuer: a path in Dex's pod.")

  static let tokenLifetime = OptionSpec(
    name: "token-lifetime", placeholder: "DURATION", help: "The life of Dex's tokens.",
    defaultText: "10m")

  static let withLogin = OptionSpec(
    name: "with-login", kind: .flag, help: "Let people sign in too: tokenxchange login.")
}

extension Command {
  static let generateDex = generating(
    "dex", summary: "Dex's connector and client",
    details: """
      The parts of Dex's config.yaml that make it trust a cluster's service accounts and issue tokens
      for the target cluster. Put them into the configuration that you have.
      """,
    options: [
      .issuer, .clientID, .connectorID, .clusterIssuer, .clusterDiscoveryURL, .clusterCAPath,
      .tokenLifetime, .withLogin,
    ]
  ) { invocation, _ throws(Problem) in
    let configuration = DexConfiguration(
      issuer: try invocation.requiredURL(.issuer),
      clientID: try invocation.required(.clientID),
      connectorID: try invocation.required(.connectorID),
      clusterIssuer: try invocation.requiredURL(.clusterIssuer),
      discoveryURL: try invocation.url(.clusterDiscoveryURL, allowsHTTP: false),
      certificatesPath: invocation.text(.clusterCAPath),
      tokenLifetime: invocation.text(.tokenLifetime) ?? "10m",
      hasLogin: invocation.isOn(.withLogin))
    _ = try invocation.duration(.tokenLifetime, default: 600)
    return GeneratedFile(yaml: configuration.yaml)
  }
}

extension Invocation {
  /// An https URL that must be given.
  func requiredURL(_ spec: OptionSpec) throws(Problem) -> EndpointURL {
    guard let url = try url(spec, allowsHTTP: false) else { throw .missingOption(spec, in: self) }
    return url
  }
}
