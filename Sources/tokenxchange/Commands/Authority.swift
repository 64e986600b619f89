import TokenExchange

/// Whose certificates a server may show, as the user says it; files are not read yet.
enum Authority: Equatable, Sendable {
  /// Those of the machine's trust store.
  case system
  /// Those that come from the certificates in a file.
  case file(String, source: String)
  /// Those that come from these certificates: the base64 of PEM, as in a kubeconfig.
  case data(String, source: String)
  /// Any at all.
  case anything

  /// Takes it from an invocation.
  ///
  /// - Parameter invocation: The flags and variables.
  /// - Throws: A usage problem if they contradict each other.
  init(_ invocation: Invocation) throws(Problem) {
    let file = invocation.text(.certificateAuthority)
    let data = invocation.text(.certificateAuthorityData)
    if file != nil, data != nil {
      throw .conflict(
        invocation.source(.certificateAuthority), invocation.source(.certificateAuthorityData),
        hint: "keep one of them; both say whose certificates to trust")
    }
    guard !invocation.isOn(.insecureSkipTLSVerify) else {
      if file != nil || data != nil {
        let spec: OptionSpec = file == nil ? .certificateAuthorityData : .certificateAuthority
        throw .conflict(
          invocation.source(.insecureSkipTLSVerify), invocation.source(spec),
          hint: "a CA makes the server prove who it is, the other waives that: keep the CA")
      }
      self = .anything
      return
    }
    if let file {
      self = .file(file, source: invocation.source(.certificateAuthority))
    } else if let data {
      self = .data(data, source: invocation.source(.certificateAuthorityData))
    } else {
      self = .system
    }
  }

  /// Reads the certificates to trust.
  ///
  /// - Throws: A usage problem that names the flag, and the file if there is one.
  func trust(in world: World) throws(Problem) -> HTTPOptions.Trust {
    switch self {
    case .system: return .system
    case .anything: return .anything
    case .file(let path, let source):
      let pem = try world.readConfiguration(path, source: source)
      return .only(pem: try CertificateAuthority.check(pem, source: "\(source) \(path)"))
    case .data(let text, let source):
      return .only(pem: try CertificateAuthority.decode(text, source: source))
    }
  }
}
