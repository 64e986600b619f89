import Foundation
package import TestSupport

/// The whole chain on loopback: cluster A's issuer, Dex, and cluster B's API server, optionally
/// with TLS.
package final class StandInSite: Sendable {
  /// Cluster A's issuer.
  package let cluster: ServiceAccountIssuer
  /// Cluster A's API server.
  package let clusterServer: APIServerStandIn
  package let dex: DexStandIn
  /// Cluster B's API server.
  package let apiServer: APIServerStandIn
  package let certificates: TestCertificates?
  package let dexFront: TLSFront?
  private let apiFront: TLSFront?
  private let clusterFront: TLSFront?
  /// A bearer token with all rights at cluster B's API server.
  package let adminToken = UUID().uuidString

  /// The servers with TLS.
  package struct TLS: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }
    package static let dex = TLS(rawValue: 1)
    /// Cluster B's API server; client-go requires TLS for exec plugins.
    package static let apiServer = TLS(rawValue: 2)
    /// Cluster A's API server, whose URL is also the issuer of its tokens.
    package static let cluster = TLS(rawValue: 4)
  }

  package init(tls: TLS = []) throws {
    let certificates = tls.isEmpty ? nil : try TestCertificates.shared
    self.certificates = certificates
    func front(_ server: LoopbackServer, _ part: TLS) throws -> TLSFront? {
      guard let certificates, tls.contains(part) else { return nil }
      return try TLSFront(upstream: server.port, certificate: certificates.server)
    }
    clusterServer = try APIServerStandIn(APIServerConfiguration(issuer: "", keys: []))
    clusterFront = try front(clusterServer.server, .cluster)
    let clusterURL = clusterFront?.url ?? clusterServer.server.url
    let cluster = ServiceAccountIssuer(issuer: clusterURL, key: try RSAKey.cluster)
    self.cluster = cluster
    clusterServer.update {
      $0.serviceAccounts = cluster
      $0.address = String(clusterURL.split(separator: "/")[1])
      $0.publishesPlainIssuer = true
      $0.opensDiscovery = true
    }
    let signingKey = try RSAKey.dex
    dex = try DexStandIn(.standard(signingKey: signingKey, cluster: cluster))
    dexFront = try front(dex.server, .dex)
    if let dexFront { dex.update { $0.issuer = dexFront.url + $0.issuerPath } }
    apiServer = try APIServerStandIn(APIServerConfiguration(issuer: dex.issuer, keys: [signingKey]))
    apiServer.update { [adminToken] in $0.staticTokens = [adminToken: .admin] }
    apiFront = try front(apiServer.server, .apiServer)
  }

  /// The URL of cluster B's API server.
  package var apiServerURL: String { apiFront?.url ?? apiServer.server.url }

  /// The CA bundle, with TLS.
  package var authorityFile: String? { certificates?.authority.certificate }

  package func stop() {
    for front in [dexFront, apiFront, clusterFront] { front?.stop() }
    dex.stop()
    for server in [apiServer, clusterServer] { server.stop() }
  }

  /// A kubeconfig with all rights at cluster B, as JSON.
  package var adminKubeconfig: String {
    let cluster: JSONValue = [
      "server": .string(apiServerURL),
      "certificate-authority": authorityFile.map(JSONValue.string),
    ]
    let config: JSONValue = [
      "apiVersion": "v1", "kind": "Config", "current-context": "admin",
      "clusters": [["name": "target", "cluster": cluster]],
      "users": [["name": "admin", "user": ["token": .string(adminToken)]]],
      "contexts": [["name": "admin", "context": ["cluster": "target", "user": "admin"]]],
    ]
    return config.text + "\n"
  }
}
