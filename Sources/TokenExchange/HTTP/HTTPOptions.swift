/// How to send a request: trusted certificates, time limit, size limit.
public struct HTTPOptions: Sendable, Equatable {
  /// Which certificates to accept.
  public enum Trust: Sendable, Equatable {
    /// The machine's trust store.
    case system
    /// Only the certificates in these PEM bytes.
    case certificates(pem: [UInt8])
    /// Any certificate.
    case insecureSkipVerify
  }

  /// A certificate that the client presents to a server that requires one.
  public struct ClientCertificate: Sendable, Equatable {
    /// The certificate, then its chain, as PEM.
    public var certificates: [UInt8]
    /// The private key as PEM, without a password.
    public var key: Secret

    /// Makes a pair.
    public init(certificates: [UInt8], key: Secret) {
      self.certificates = certificates
      self.key = key
    }
  }

  /// Which certificates to accept.
  public var trust: Trust
  /// The client's own certificate, if it has one.
  public var clientCertificate: ClientCertificate?
  /// The time limit, in seconds.
  public var timeout: Double
  /// The largest body, in bytes, that is read.
  public var maximumBody: Int
  /// The proxy of this request, such as a kubeconfig's; it replaces the environment's.
  package var proxyURL: String?

  /// Makes options.
  public init(trust: Trust = .system, timeout: Double, maximumBody: Int = 1 << 20) {
    self.trust = trust
    self.timeout = timeout
    self.maximumBody = maximumBody
  }
}

/// Sends one request and waits for its response; redirects are returned, not followed.
public typealias HTTPTransport =
  @Sendable (HTTPRequest, HTTPOptions) throws(TransportError) -> HTTPResponse
