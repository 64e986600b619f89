import TokenExchange

/// The cluster that a configuration leads to.
struct TargetCluster: Sendable {
  var server: EndpointURL
  /// PEM, checked.
  var authority: [UInt8]?
  var name: String

  static let options: [OptionSpec] = [.targetServer, .targetServerCA, .clusterName]

  init(_ invocation: Invocation, world: World) throws(Problem) {
    let source = invocation.source(.targetServer)
    server = try EndpointURL(
      try invocation.required(.targetServer), source: source, allowsHTTP: true)
    guard server.scheme == "https" else { throw .serverWithoutTLS(source) }
    authority = try world.publicCertificates(.targetServerCA, of: invocation)
    name = invocation.text(.clusterName) ?? server.host
  }

  /// The certificates as configurations embed them.
  var authorityData: String? { authority.map(Base64.encode) }
}

extension World {
  /// The certificates of a file that an option names, fit to be shown to everybody.
  func publicCertificates(_ spec: OptionSpec, of invocation: Invocation) throws(Problem) -> [UInt8]?
  {
    guard let path = invocation.text(spec) else { return nil }
    let source = invocation.source(spec)
    let content = try readConfiguration(path, source: source)
    let pem = try CertificateAuthority.check(content, source: "\(source) \(path)")
    // It would not be shown, but who names such a file did not mean it.
    guard !String(decoding: content, as: UTF8.self).contains("PRIVATE KEY-----") else {
      throw .privateKeyInAuthority("\(source) \(path)")
    }
    return pem
  }
}
