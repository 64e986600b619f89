import OpenIDConnect
import Platform
import TokenExchange

enum PublishError: Error, Equatable, Sendable {
  /// Neither a directory to write to nor `--check`.
  case missingDirectory
  /// Two options, or an option and an argument, that exclude each other.
  case conflict(String, String, Conflict)
  case transport(TransportError, EndpointURL, from: IssuerHost, timeout: Double)
  /// A response with a status other than 200.
  case status(Int, EndpointURL, from: IssuerHost)
  /// A document is stored compressed.
  case compressed(EndpointURL)
  case metadata(IssuerMetadataError, discovery: String, keys: String)
  case differences(EndpointURL, [IssuerMetadata.Difference])
  case notWritten(FileWriteError, path: String)

  enum Conflict: Equatable, Sendable {
    /// An option for `--from-server`, although the documents come from files.
    case serverOptionWithFiles
    case serverAndFiles
    case directoryWithCheck
    case publicURLWithCheck
    case certificateAuthorityWithoutCheck
  }
}

/// The server of an issuer's documents.
enum IssuerHost: Sendable {
  /// The cluster's API server.
  case apiServer
  /// A public site, such as a bucket.
  case publicSite
}
