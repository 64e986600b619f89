import Manifests
import TokenExchange

extension TargetCluster {
  init(_ arguments: ParsedArguments, world: World) throws(CommandError) {
    let source = arguments.source(of: .targetServer)
    let server = try arguments[.targetServer]
    guard server.scheme == "https" else { throw .generate(.serverWithoutTLS(option: source)) }
    let proxyURL = arguments[.proxyURL]
    if let proxyURL, !Self.isProxyURL(proxyURL) {
      throw .generate(.invalidProxyURL(proxyURL.contains("@") ? nil : proxyURL))
    }
    let serverName = arguments[.tlsServerName]
    if let serverName, !KubernetesName.isDNSSubdomain(serverName.lowercased()) {
      throw .generate(.invalidServerName(serverName))
    }
    self.init(
      name: arguments[.clusterName] ?? server.host, server: server,
      certificates: try world.publicCertificates(.serverCA, of: arguments),
      tlsServerName: serverName, proxyURL: proxyURL)
  }
}

extension World {
  /// Reads the certificate file of an option; a private key is an error, because the output may be
  /// published.
  func publicCertificates(
    _ option: OptionalTextOption, of arguments: ParsedArguments
  ) throws(CommandError) -> Certificates? {
    guard let path = arguments[option] else { return nil }
    let source = arguments.source(of: option)
    let file = HomeDirectory(variables).expanding(path) ?? path
    let content = try readConfiguration(file, source: source)
    let pem = try PEMCertificates.check(content, source: "\(source) \(path)")
    // Only the certificates are copied, but a file with a key is probably the wrong file.
    guard !String(decoding: content, as: UTF8.self).contains("PRIVATE KEY-----") else {
      throw .generate(.privateKeyInCertificates(option: source, path: path))
    }
    return Certificates(pem: String(decoding: pem, as: UTF8.self), path: path)
  }
}

extension ParsedArguments {
  func embeddedCertificates() throws(CommandError) -> Certificates? {
    guard let data = self[.certificateAuthorityData] else { return nil }
    let source = source(of: .certificateAuthorityData)
    let pem = try PEMCertificates.decode(data, source: source)
    return Certificates(pem: String(decoding: pem, as: UTF8.self), path: nil)
  }
}
