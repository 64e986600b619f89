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
  }

  // Created once per process, because this takes longer than the rest of the setup.
  private static let keys = Result { (cluster: try RSAKey(), dex: try RSAKey()) }

  /// Starts everything.
  public init(port: Int = 0, tls: TLS = []) throws {
    clusterServer = try APIServerStandIn(APIServerConfiguration(issuer: "", keys: []))
    let cluster = ServiceAccountIssuer(
      issuer: clusterServer.server.url, key: try Self.keys.get().cluster)
    self.cluster = cluster
    clusterServer.update {
      $0.serviceAccounts = cluster
      $0.publishesPlainIssuer = true
      $0.opensDiscovery = true
    }
    let signingKey = try Self.keys.get().dex
    let certificates = tls.isEmpty ? nil : try TestCertificates()
    self.certificates = certificates
    let dex = try DexStandIn(.standard(signingKey: signingKey, cluster: cluster), port: port)
    self.dex = dex
    func front(_ server: LoopbackServer, _ part: TLS) throws -> TLSFront? {
      guard let certificates, tls.contains(part) else { return nil }
      return try TLSFront(upstream: server.port, certificate: certificates.server)
    }
    let dexFront = try front(dex.server, .dex)
    self.dexFront = dexFront
    if let dexFront { dex.update { $0.issuer = dexFront.url + $0.issuerPath } }
    apiServer = try APIServerStandIn(
      APIServerConfiguration(issuer: dex.issuer, keys: [signingKey]))
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
    dex.stop()
    apiServer.stop()
    clusterServer.stop()
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
