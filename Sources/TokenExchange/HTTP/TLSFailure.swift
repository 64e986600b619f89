/// What went wrong in a TLS handshake, read from the words of libcurl and OpenSSL.
public enum TLSFailure: Equatable, Sendable {
  /// The certificate is signed by an unknown CA.
  case unknownAuthority
  /// The certificate has expired.
  case expired
  /// The certificate is not valid yet.
  case notYetValid
  /// The certificate is for another host.
  case hostMismatch
  /// OpenSSL rejects the certificate for another reason.
  case rejected(reason: String)
  /// The port does not speak TLS.
  case notTLS
  /// The server offers only versions before TLS 1.2.
  case unsupportedVersion
  /// The server demands a client certificate.
  case clientCertificateRequired
  /// Anything else.
  case other

  /// Classifies a message.
  init(detail: String) {
    func contains(_ words: String...) -> Bool { words.contains { detail.contains($0) } }
    let rejection = "SSL certificate problem: "
    if contains("unable to get local issuer", "self-signed", "self signed", "get issuer") {
      self = .unknownAuthority
    } else if contains("has expired") {
      self = .expired
    } else if contains("not yet valid") {
      self = .notYetValid
    } else if contains("subject name", "hostname mismatch", "IP address mismatch") {
      self = .hostMismatch
    } else if detail.hasPrefix(rejection) {
      self = .rejected(reason: String(detail.dropFirst(rejection.count)))
    } else if contains("wrong version number", "http request") {
      self = .notTLS
    } else if contains("protocol version", "unsupported protocol") {
      self = .unsupportedVersion
    } else if TransportError.wantsClientCertificate(detail) {
      self = .clientCertificateRequired
    } else {
      self = .other
    }
  }
}

extension TransportError {
  /// What went wrong in the TLS handshake.
  public var tlsFailure: TLSFailure { TLSFailure(detail: detail) }

  /// Whether this side rejects the server's certificate, or the server demands one; waiting does not
  /// help then.
  ///
  /// libcurl's message may end with the host's name, so only its beginning counts.
  package var isCertificateRejected: Bool {
    guard kind == .tls else { return false }
    let openings = [
      "SSL certificate problem: ", "SSL: no alternative certificate subject name",
      "SSL: certificate subject name", "SSL: unable to obtain",
    ]
    return openings.contains(where: detail.hasPrefix) || Self.wantsClientCertificate(detail)
  }

  /// Whether OpenSSL reports the alert that a server sends to a client without a certificate.
  package static func wantsClientCertificate(_ detail: String) -> Bool {
    detail.contains("alert certificate required") || detail.contains("alert bad certificate")
  }

  /// Whether the network or the server is at fault, and not this machine's configuration.
  package var isNetworkFailure: Bool {
    switch kind {
    case .trustStore, .invalidCACertificates, .tooLarge, .notHTTP, .compressed, .notSent,
      .noResources:
      false
    case .nameNotFound, .nameServer, .refused, .unreachable, .reset, .timedOut, .tls,
      .namelessCertificate, .proxy, .other:
      true
    }
  }
}
