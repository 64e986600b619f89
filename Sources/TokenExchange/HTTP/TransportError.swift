/// Why a request got no HTTP answer at all.
public struct TransportError: Error, Sendable, Equatable {
  /// The kinds of failure that a caller treats differently.
  public enum Kind: Sendable, Equatable {
    /// The host name has no address: ``TransportError/lookups`` says which names were tried.
    case nameNotFound
    /// A name server failed, rejected the query or did not respond, and no name that was tried has an
    /// address.
    case nameServer
    /// Nothing listens at the address.
    case refused
    /// There is no way to the address, or somebody on the way forbids it.
    case unreachable
    /// The connection broke before the answer was whole.
    case reset
    /// The time allowed ran out.
    case timedOut
    /// The TLS handshake failed or the certificate was not accepted.
    case tls
    /// The certificate holds no host name or address as a subject alternative name.
    case namelessCertificate
    /// The machine's trusted certificates are not there or cannot be read.
    case trustStore
    /// The certificates that the user gave cannot be read.
    case invalidCACertificates
    /// The answer, or its headers, are larger than the caller allows.
    case tooLarge
    /// What came back is no answer of HTTP/1.
    case notHTTP
    /// The answer is compressed, which was not asked for.
    case compressed
    /// The proxy named in the environment could not be used.
    case proxy
    /// The request could not be made as asked, and was therefore not sent.
    case notSent
    /// The process is at its limit of threads or file descriptors.
    case noResources
    /// Anything else.
    case other
  }

  /// What went wrong.
  public var kind: Kind
  /// The transport's own words, or an empty string; never holds a secret.
  public var detail: String
  /// The names that were tried while resolving the host.
  package var lookups: [NameLookup] = []
  /// The proxy that was used, without its password.
  package var proxy: String?

  /// Makes an error.
  public init(_ kind: Kind, detail: String = "") {
    self.kind = kind
    self.detail = detail
  }

  /// Makes an error about a host name.
  package init(_ kind: Kind, lookups: [NameLookup]) {
    self.init(kind)
    self.lookups = lookups
  }
}
