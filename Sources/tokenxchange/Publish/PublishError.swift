import OpenIDConnect
import Platform
import TokenExchange

/// Why `publish-issuer` failed.
enum PublishError: Error, Equatable, Sendable {
  /// Neither a directory to write to nor `--check`.
  case missingDirectory
  /// Two options, or an option and an argument, that exclude each other.
  case conflict(String, String, Conflict)
  /// A document could not be fetched.
  case transport(TransportError, EndpointURL, from: IssuerHost, timeout: Double)
  /// A response with a status other than 200.
  case status(Int, EndpointURL, from: IssuerHost)
  /// A document is stored compressed.
  case compressed(EndpointURL)
  /// A document cannot be used.
  case metadata(IssuerMetadataError, discovery: String, keys: String)
  /// The published documents differ from the live documents.
  case differences(EndpointURL, [Difference])
  /// A document could not be written.
  case notWritten(FileWriteError, path: String)

  /// Why two options exclude each other.
  enum Conflict: Equatable, Sendable {
    /// An option for `--from-server`, although the documents come from files.
    case serverOptionWithFiles
    case serverAndFiles
    case directoryWithCheck
    case publicURLWithCheck
    case certificateAuthorityWithoutCheck
  }

  /// A difference between the published and the expected documents.
  enum Difference: Equatable, Sendable {
    /// A member of the discovery document, as JSON; nil if it is absent.
    case member(String, published: String?, expected: String?)
    case missingKey(String)
    case staleKey(String)
    case changedKey(String)
  }
}

/// The server of an issuer's documents.
enum IssuerHost: Sendable {
  /// The cluster's API server.
  case apiServer
  /// A public site, such as a bucket.
  case publicSite
}

extension PublishError {
  /// This error without secrets that the server's documents contain.
  func redacted(by redact: Redaction) -> PublishError {
    switch self {
    case .metadata(let error, let discovery, let keys):
      .metadata(error.redacted(by: redact), discovery: discovery, keys: keys)
    case .differences(let url, let differences):
      .differences(url, differences.map { $0.redacted(by: redact) })
    default: self
    }
  }
}

extension PublishError.Difference {
  fileprivate func redacted(by redact: Redaction) -> Self {
    switch self {
    case .member(let name, let published, let expected):
      .member(
        redact(name), published: published.map { redact($0) }, expected: expected.map { redact($0) }
      )
    case .missingKey(let id): .missingKey(redact(id))
    case .staleKey(let id): .staleKey(redact(id))
    case .changedKey(let id): .changedKey(redact(id))
    }
  }
}
