import Manifests
import TokenExchange

extension TargetCluster {
  static let options: [OptionSpec] = [.targetServer, .targetServerCA, .clusterName]

  init(_ invocation: Invocation, world: World) throws(Problem) {
    let source = invocation.source(.targetServer)
    let server = try EndpointURL(
      try invocation.required(.targetServer), source: source, allowsHTTP: true)
    guard server.scheme == "https" else { throw .serverWithoutTLS(source) }
    self.init(
      name: invocation.text(.clusterName) ?? server.host, server: server,
      certificates: try world.publicCertificates(.targetServerCA, of: invocation))
  }
}

extension World {
  /// The certificates of a file that an option names; without a private key, because they are
  /// published with the output.
  func publicCertificates(_ spec: OptionSpec, of invocation: Invocation) throws(Problem)
    -> Certificates?
  {
    guard let path = invocation.text(spec) else { return nil }
    let source = invocation.source(spec)
    let content = try readConfiguration(path, source: source)
    let pem = try CertificateAuthority.check(content, source: "\(source) \(path)")
    // Only the certificates are copied, but a file with a key is the wrong file.
    guard !String(decoding: content, as: UTF8.self).contains("PRIVATE KEY-----") else {
      throw .privateKeyInAuthority("\(source) \(path)")
    }
    return Certificates(pem: String(decoding: pem, as: UTF8.self), path: path)
  }
}

extension Invocation {
  /// The certificates that `--certificate-authority-data` holds.
  func embeddedCertificates() throws(Problem) -> Certificates? {
    guard let data = text(.certificateAuthorityData) else { return nil }
    let source = source(.certificateAuthorityData)
    let pem = try CertificateAuthority.decode(data, source: source)
    return Certificates(pem: String(decoding: pem, as: UTF8.self), path: nil)
  }
}
