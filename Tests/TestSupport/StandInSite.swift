import Foundation

/// The whole chain on loopback: cluster A's issuer, Dex, and cluster B's API server, optionally
/// with TLS.
public final class StandInSite: Sendable {
  /// Cluster A's issuer.
  public let cluster: ServiceAccountIssuer
  /// Cluster A's API server.
  public let clusterServer: APIServerStandIn
  /// Dex.
  public let dex: DexStandIn
  /// Cluster B's API server.
  public let apiServer: APIServerStandIn
  /// The certificates, with TLS.
  public let certificates: TestCertificates?
  /// The TLS front of Dex.
  public let dexFront: TLSFront?
  /// The TLS front of the API server.
  public let apiFront: TLSFront?
  /// The TLS front of cluster A's API server.
  public let clusterFront: TLSFront?
  /// A bearer token with all rights at cluster B's API server.
  public let adminToken = UUID().uuidString

  /// Which servers get TLS.
  public struct TLS: OptionSet, Sendable {
    /// The bits.
    public let rawValue: Int
    /// Makes a set.
    public init(rawValue: Int) { self.rawValue = rawValue }
    /// Dex.
    public static let dex = TLS(rawValue: 1)
    /// The API server; client-go requires TLS for exec plugins.
    public static let apiServer = TLS(rawValue: 2)
    /// Cluster A's API server, whose URL is also the issuer of its tokens.
    public static let cluster = TLS(rawValue: 4)
  }

  // Created once per process, because this takes longer than the rest of the setup.
  private static let keys = Result { (cluster: try RSAKey(), dex: try RSAKey()) }

  /// Starts everything.
  public init(port: Int = 0, tls: TLS = []) throws {
    let certificates = tls.isEmpty ? nil : try TestCertificates()
    self.certificates = certificates
    func front(_ server: LoopbackServer, _ part: TLS) throws -> TLSFront? {
      guard let certificates, tls.contains(part) else { return nil }
      return try TLSFront(upstream: server.port, certificate: certificates.server)
    }
    clusterServer = try APIServerStandIn(APIServerConfiguration(issuer: "", keys: []))
    clusterFront = try front(clusterServer.server, .cluster)
    let clusterURL = clusterFront?.url ?? clusterServer.server.url
    let cluster = ServiceAccountIssuer(issuer: clusterURL, key: try Self.keys.get().cluster)
    self.cluster = cluster
    clusterServer.update {
      $0.serviceAccounts = cluster
      $0.address = String(clusterURL.split(separator: "/")[1])
      $0.publishesPlainIssuer = true
      $0.opensDiscovery = true
    }
    let signingKey = try Self.keys.get().dex
    let dex = try DexStandIn(.standard(signingKey: signingKey, cluster: cluster), port: port)
    self.dex = dex
    let dexFront = try front(dex.server, .dex)
    self.dexFront = dexFront
    if let dexFront { dex.update { $0.issuer = dexFront.url + $0.issuerPath } }
    apiServer = try APIServerStandIn(
      APIServerConfiguration(issuer: dex.issuer, keys: [signingKey]))
    apiServer.update { [adminToken] in $0.staticTokens = [adminToken: .admin] }
    apiFront = try front(apiServer.server, .apiServer)
  }

  /// The URL of cluster B's API server.
  public var apiServerURL: String { apiFront?.url ?? apiServer.server.url }

  /// The CA bundle, with TLS.
  public var authorityFile: String? { certificates?.authority.certificate }

  /// Stops everything.
  public func stop() {
    dexFront?.stop()
    apiFront?.stop()
    clusterFront?.stop()
    dex.stop()
    apiServer.stop()
    clusterServer.stop()
  }

  /// A kubeconfig with all rights at cluster B, as JSON.
  public var adminKubeconfig: String {
    let cluster = JSONObject(
      [("server", .string(apiServerURL))]
        + (authorityFile.map { [("certificate-authority", .string($0))] } ?? []))
    let config: JSONValue = [
      "apiVersion": "v1", "kind": "Config", "current-context": "admin",
      "clusters": [["name": "target", "cluster": .object(cluster)]],
      "users": [["name": "admin", "user": ["token": .string(adminToken)]]],
      "contexts": [["name": "admin", "context": ["cluster": "target", "user": "admin"]]],
    ]
    return config.text + "\n"
  }

  /// The shell variables that describe the site.
  public var variables: [(name: String, value: String)] {
    [
      ("DEX_ISSUER", dex.issuer), ("DEX_TOKEN_URL", dex.tokenURL),
      ("DEX_CONTROL", dex.server.url + "/_control"), ("DEX_CLIENT_ID", "target-cluster"),
      ("DEX_CONNECTOR_ID", "argocd-cluster"), ("CLUSTER_ISSUER", cluster.issuer),
      ("API_SERVER", apiServerURL), ("API_CONTROL", apiServer.server.url + "/_control"),
    ]
  }
}
