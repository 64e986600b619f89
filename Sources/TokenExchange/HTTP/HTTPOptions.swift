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

  /// Which certificates to accept.
  public var trust: Trust
  /// The time limit, in seconds.
  public var timeout: Double
  /// The largest body, in bytes, that is read.
  public var maximumBody: Int
  /// The proxy of this request, instead of the one that the environment names; of a kubeconfig.
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
