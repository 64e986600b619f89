package import TokenExchange

/// The cluster that a client connects to.
package struct TargetCluster: Sendable {
  package var name: String
  package var server: EndpointURL
  /// The CA certificates of the server; nil for the system's.
  package var certificates: Certificates?
  /// The name in the server's certificate; nil for the host of `server`.
  package var tlsServerName: String?
  /// The URL of a proxy for requests to the server.
  package var proxyURL: String?

  package init(
    name: String, server: EndpointURL, certificates: Certificates?, tlsServerName: String?,
    proxyURL: String?
  ) {
    self.name = name
    self.server = server
    self.certificates = certificates
    self.tlsServerName = tlsServerName
    self.proxyURL = proxyURL
  }

  /// Whether a text is a proxy URL that client-go accepts, without a password.
  package static func isProxyURL(_ text: String) -> Bool {
    let schemes = ["http://", "https://", "socks5://"]
    guard let scheme = schemes.first(where: { text.hasPrefix($0) }) else { return false }
    let rest = text.dropFirst(scheme.count)
    let host = rest.prefix { $0 != ":" && $0 != "/" }
    return (!host.isEmpty || rest.hasPrefix("["))
      && rest.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "@") }
  }
}
