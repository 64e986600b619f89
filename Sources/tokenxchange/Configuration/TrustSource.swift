import Encoding
import TokenExchange

/// The CAs to trust, from options; files are not read yet.
enum TrustSource: Equatable, Sendable {
  case system
  case file(String, source: String)
  /// Base64-encoded PEM, as in a kubeconfig.
  case data(String, source: String)
  /// Any certificate is accepted.
  case insecureSkipVerify

  init(_ arguments: ParsedArguments) throws(CommandError) {
    let options: [OptionDeclaration] = [.certificateAuthority, .certificateAuthorityData]
    let sources = options.filter(arguments.isSet).map(arguments.source)
    if sources.count == 2 {
      throw .configuration(.conflict(sources[0], sources[1], .certificatesTwice))
    }
    if arguments[.insecureSkipTLSVerify] {
      if let source = sources.first {
        let flag = arguments.source(of: .insecureSkipTLSVerify)
        throw .configuration(.conflict(flag, source, .certificatesAndSkipVerify))
      }
      self = .insecureSkipVerify
    } else if let file = arguments[.certificateAuthority] {
      self = .file(file, source: sources[0])
    } else if let data = arguments[.certificateAuthorityData] {
      self = .data(data, source: sources[0])
    } else {
      self = .system
    }
  }

  func trust(in world: World) throws(CommandError) -> HTTPOptions.Trust {
    try read(in: world).checked()
  }

  /// Reads the certificates without checking them.
  func read(in world: World) throws(CommandError) -> UncheckedTrust {
    switch self {
    case .system, .insecureSkipVerify: UncheckedTrust(source: self, bytes: [])
    case .file(let path, let source):
      UncheckedTrust(source: self, bytes: try world.readConfiguration(path, source: source))
    case .data(let text, _): UncheckedTrust(source: self, bytes: Array(text.utf8))
    }
  }
}

/// The certificates to trust, not checked yet: a run with a cached token does not need them.
struct UncheckedTrust: Equatable, Sendable {
  let source: TrustSource
  /// The content of the file, or the text of the option; empty without either.
  let bytes: [UInt8]

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
