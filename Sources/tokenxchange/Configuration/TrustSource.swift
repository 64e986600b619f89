import Encoding
import TokenExchange

/// Which certificates to accept, from options; files are not read yet.
enum TrustSource: Equatable, Sendable {
  /// Those that the system's trust store accepts.
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

  /// Reads and checks the certificates to trust.
  ///
  /// - Throws: A configuration error that names the option and the file.
  func trust(in world: World) throws(CommandError) -> HTTPOptions.Trust {
    try read(in: world).checked()
  }

  /// Reads the certificates to trust, without checking them.
  ///
  /// - Throws: A configuration error that names the option and the file.
  func read(in world: World) throws(CommandError) -> UncheckedTrust {
    switch self {
    case .system, .insecureSkipVerify: UncheckedTrust(source: self, bytes: [])
    case .file(let path, let source):
      UncheckedTrust(source: self, bytes: try world.readConfiguration(path, source: source))
    case .data(let text, _): UncheckedTrust(source: self, bytes: Array(text.utf8))
    }
  }
}

/// The certificates to trust, as they were read.
///
/// A run that finds its token in the cache sends no request, and so needs no check of the
/// certificates.
struct UncheckedTrust: Equatable, Sendable {
  let source: TrustSource
  /// The content of the file, or the text of the option; empty without either.
  let bytes: [UInt8]

  /// Checks the certificates.
  ///
  /// - Throws: A configuration error that names the option and the file.
  func checked() throws(CommandError) -> HTTPOptions.Trust {
    switch source {
    case .system: return .system
    case .insecureSkipVerify: return .insecureSkipVerify
    case .file(let path, let source):
      return .certificates(pem: try PEMCertificates.check(bytes, source: "\(source) \(path)"))
    case .data(let text, let source):
      return .certificates(pem: try PEMCertificates.decode(text, source: source))
    }
  }

  /// The trusted CAs as parts of a cache key.
  func cacheParts(variables: [String: String]) -> [String] {
    switch source {
    case .system: ["system", variables["SSL_CERT_FILE"] ?? "", variables["SSL_CERT_DIR"] ?? ""]
    case .file: ["only", SHA256.hex(bytes)]
    case .data: ["data", SHA256.hex(bytes)]
    case .insecureSkipVerify: ["anything"]
    }
  }
}
