/// How a request is to be sent: whom to trust, for how long to wait, how much to read.
public struct HTTPOptions: Sendable, Equatable {
  /// Whose certificates a server may show.
  public enum Trust: Sendable, Equatable {
    /// The machine's trust store.
    case system
    /// Only the certificates in these PEM bytes.
    case certificates(pem: [UInt8])
    /// Any certificate at all: `--insecure-skip-tls-verify`.
    case insecureSkipVerify
  }

  /// Whose certificates a server may show.
  public var trust: Trust
  /// Seconds until the request is given up.
  public var timeout: Double
  /// The largest body, in bytes, that is read.
  public var maximumBody: Int

  /// Makes options.
  public init(trust: Trust = .system, timeout: Double, maximumBody: Int = 1 << 20) {
    self.trust = trust
    self.timeout = timeout
    self.maximumBody = maximumBody
  }
}

/// Sends one request and waits for its answer; redirects come back as answers.
public typealias HTTPTransport =
  @Sendable (HTTPRequest, HTTPOptions) throws(TransportError) -> HTTPResponse
