/// Why a request received no HTTP response.
public enum TransportError: Error, Sendable, Equatable {
  /// The host name has no address.
  case nameResolution(NameResolutionError)
  /// Nothing listens at the address.
  case connectionRefused
  /// No route to the address, or a firewall rejects the connection.
  case unreachable(errno: Int32)
  /// The connection was closed before the response was complete.
  case connectionClosed
  /// The time limit ended the request.
  case timedOut(Phase)
  /// The TLS handshake failed, or the certificate was not accepted.
  case tls(TLSError)
  /// The system has no trusted certificates at these places.
  case noTrustStore(searched: [TrustStoreLocation])
  /// OpenSSL cannot read the system's trusted certificates at these places.
  case unreadableTrustStore([TrustStoreLocation])
  /// The CA certificates of the configuration cannot be read by OpenSSL.
  case invalidCACertificates
  /// The response's body is larger than allowed.
  case bodyTooLarge
  /// The response's headers are larger than 64 KiB.
  case headersTooLarge
  /// The response is not HTTP/1; the text is the transport's own, for display only.
  case notHTTP(String)
  /// The response is compressed, which was not requested.
  case compressed
  /// The proxy could not be used; its URL has no password.
  case proxy(ProxyError, url: String?)
  /// The request could not be made as required, and was not sent.
  case notSent(NotSentReason)
  /// The process cannot start a thread or open a socket.
  case resourceLimit(Resource, errno: Int32)
  /// Anything else; the text is the transport's own, for display only.
  case other(String)

  /// The phase in which the time limit was reached.
  public enum Phase: Sendable, Equatable {
    case connecting
    case tlsHandshake
    /// Nothing of the response was received.
    case response
    /// The response had begun.
    case responseBody
  }

  /// Where trusted certificates were looked for.
  public enum TrustStoreLocation: Sendable, Equatable {
    /// A path that is searched by default.
    case path(String)
    /// The value of `SSL_CERT_FILE`.
    case certFile(String)
    /// The value of `SSL_CERT_DIR`. A directory that exists but has no file named by a hash is
    /// useless to OpenSSL.
    case certDir(String, exists: Bool)
  }

  /// Why a request was not sent.
  public enum NotSentReason: Sendable, Equatable {
    /// This build cannot set TLS and proxy options.
    case optionsUnsupported
    /// Not an `http` or `https` URL.
    case invalidURL
    /// The list of CA certificates is empty.
    case noCACertificates
    /// libcurl rejected the option with this number.
    case optionRejected(Int)
    /// A call of the system failed while the options were set.
    case system(errno: Int32)
    /// The request never reached libcurl; the text is the transport's own, for display only.
    case notStarted(String)
  }

  /// A resource that can be exhausted.
  public enum Resource: Sendable, Equatable {
    case threads
    case fileDescriptors
  }
}

/// Why a TLS connection was not established.
public enum TLSError: Sendable, Equatable {
  /// The certificate's issuer is not trusted; OpenSSL's reason, for display only.
  case unknownIssuer(reason: String)
  case expired
  case notYetValid
  /// The certificate is valid for other names.
  case nameMismatch
  /// The certificate has no host name or address as a subject alternative name.
  case noSubjectAlternativeName
  /// The certificate is not acceptable; OpenSSL's reason, for display only.
  case invalidCertificate(reason: String)
  case clientCertificateRequired
  /// The server supports only versions of TLS older than 1.2.
  case protocolVersion
  /// The server does not speak TLS on that port.
  case notTLS
  /// Anything else; the text is the transport's own, for display only.
  case handshakeFailed(String)

  /// Whether the certificate's issuer is not trusted.
  package var isUnknownIssuer: Bool {
    if case .unknownIssuer = self { true } else { false }
  }

  /// Whether the same request would fail again: the server's certificate is not accepted, or it
  /// requires one of the client.
  package var isCertificateRejected: Bool {
    switch self {
    case .unknownIssuer, .expired, .notYetValid, .nameMismatch, .noSubjectAlternativeName,
      .invalidCertificate, .clientCertificateRequired:
      true
    case .protocolVersion, .notTLS, .handshakeFailed: false
    }
  }
}

/// Why a proxy could not be used.
public enum ProxyError: Sendable, Equatable {
  /// The variable does not contain the URL of a proxy.
  case invalidURL(variable: String)
  /// This build does not support that kind of proxy.
  case unsupported
  case nameResolution(NameResolutionError)
  case connectionRefused
  case unreachable(errno: Int32)
  /// The proxy responded to CONNECT with another status than 2xx.
  case connectRejected(status: Int)
  case timedOut(TransportError.Phase)
  case connectionClosed
  case tls(TLSError)
  /// The proxy closed the connection during the TLS handshake.
  case tlsConnectionClosed
  /// The connection was closed after CONNECT succeeded, before TLS with the server was established.
  case tunnelClosed
  /// The text is the transport's own, for display only.
  case notHTTP(String)
  /// Anything else; the text is the transport's own, for display only.
  case other(String)
}

/// Why a host name has no address.
public struct NameResolutionError: Error, Sendable, Equatable {
  /// Whether a name server failed; else the name does not exist.
  public var isServerFailure: Bool
  /// The names that were tried.
  package var lookups: [NameLookup] = []

  /// Makes an error.
  public init(isServerFailure: Bool) { self.isServerFailure = isServerFailure }

  /// Makes an error from the names that were tried.
  package init(lookups: [NameLookup]) {
    self.lookups = lookups
    isServerFailure = lookups.contains(where: \.isServerFailure)
  }
}

extension TransportError {
  /// Whether waiting cannot help: a certificate is not accepted.
  package var isCertificateRejected: Bool {
    if case .tls(let error) = self { error.isCertificateRejected } else { false }
  }

  /// Whether the network or the server is at fault, and not this machine's configuration.
  package var isNetworkFailure: Bool {
    switch self {
    case .noTrustStore, .unreadableTrustStore, .invalidCACertificates, .bodyTooLarge,
      .headersTooLarge, .notHTTP, .compressed, .notSent, .resourceLimit:
      false
    case .nameResolution, .connectionRefused, .unreachable, .connectionClosed, .timedOut, .tls,
      .proxy, .other:
      true
    }
  }

  /// The error without values that differ from one attempt to the next.
  package var withoutMeasurements: TransportError {
    switch self {
    case .nameResolution(let error): .nameResolution(error.withoutMeasurements)
    case .proxy(.nameResolution(let error), let url):
      .proxy(.nameResolution(error.withoutMeasurements), url: url)
    case .notHTTP: .notHTTP("")
    case .other: .other("")
    case .tls(.handshakeFailed): .tls(.handshakeFailed(""))
    default: self
    }
  }

  /// The error with the transport's own texts changed, such as by removing secrets.
  package func mapText(_ transform: (String) -> String) -> TransportError {
    switch self {
    case .notHTTP(let text): .notHTTP(transform(text))
    case .other(let text): .other(transform(text))
    case .notSent(.notStarted(let text)): .notSent(.notStarted(transform(text)))
    case .tls(let error): .tls(error.mapText(transform))
    case .proxy(.tls(let error), let url): .proxy(.tls(error.mapText(transform)), url: url)
    case .proxy(.notHTTP(let text), let url): .proxy(.notHTTP(transform(text)), url: url)
    case .proxy(.other(let text), let url): .proxy(.other(transform(text)), url: url)
    default: self
    }
  }
}

extension TLSError {
  fileprivate func mapText(_ transform: (String) -> String) -> TLSError {
    switch self {
    case .unknownIssuer(let reason): .unknownIssuer(reason: transform(reason))
    case .invalidCertificate(let reason): .invalidCertificate(reason: transform(reason))
    case .handshakeFailed(let text): .handshakeFailed(transform(text))
    default: self
    }
  }
}

extension NameResolutionError {
  fileprivate var withoutMeasurements: NameResolutionError {
    NameResolutionError(isServerFailure: isServerFailure)
  }
}
