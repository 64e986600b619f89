package import TokenExchange

/// The cluster that a client connects to.
package struct TargetCluster: Sendable {
  package var name: String
  package var server: EndpointURL
  /// The certificates that the server's certificate is verified with; nil for the system's.
  package var certificates: Certificates?

  package init(name: String, server: EndpointURL, certificates: Certificates?) {
    self.name = name
    self.server = server
    self.certificates = certificates
  }
}
