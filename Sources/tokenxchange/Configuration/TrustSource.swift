import TokenExchange

/// Which certificates to accept, from options; files are not read yet.
enum TrustSource: Equatable, Sendable {
  /// Those that the machine's trust store accepts.
  case system
  /// Those issued by the CAs in a file.
  case file(String, source: String)
  /// Those issued by these CAs: base64-encoded PEM, as in a kubeconfig.
  case data(String, source: String)
  /// Any certificate.
  case insecureSkipVerify

  /// Reads the options.
  ///
  /// - Throws: A configuration error if they contradict each other.
  init(_ arguments: ParsedArguments) throws(CommandError) {
    let file = arguments[.certificateAuthority]
    let data = arguments[.certificateAuthorityData]
    if file != nil, data != nil {
      throw .configuration(
        .conflict(
          arguments.source(of: .certificateAuthority),
          arguments.source(of: .certificateAuthorityData), .certificatesTwice))
    }
    guard !arguments[.insecureSkipTLSVerify] else {
      if file != nil || data != nil {
        let spec: OptionDeclaration =
          file == nil ? .certificateAuthorityData : .certificateAuthority
        throw .configuration(
          .conflict(
            arguments.source(of: .insecureSkipTLSVerify), arguments.source(of: spec),
            .certificatesAndSkipVerify))
      }
      self = .insecureSkipVerify
      return
    }
    if let file {
      self = .file(file, source: arguments.source(of: .certificateAuthority))
    } else if let data {
      self = .data(data, source: arguments.source(of: .certificateAuthorityData))
    } else {
      self = .system
    }
  }

  /// Reads the certificates to trust.
  ///
  /// - Throws: A configuration error that names the option and the file.
  func trust(in world: World) throws(CommandError) -> HTTPOptions.Trust {
    switch self {
    case .system: return .system
    case .insecureSkipVerify: return .insecureSkipVerify
    case .file(let path, let source):
      let pem = try world.readConfiguration(path, source: source)
      return .certificates(pem: try PEMCertificates.check(pem, source: "\(source) \(path)"))
    case .data(let text, let source):
      return .certificates(pem: try PEMCertificates.decode(text, source: source))
    }
  }
}
