import TokenExchange

extension Diagnosis {
  /// A request to `url` failed; it could take `timeout` seconds.
  init(_ error: TransportError, to url: EndpointURL, timeout: Double) {
    let notSent: Message = "nothing was sent to \(authority: url)"
    let response: Message = "the response from \(url: url)"
    switch error {
    case .nameResolution(let error): self.init(error, host: url.host)
    case .connectionRefused:
      self.init(
        "\(hostAndPort: url) refused the connection",
        hint: "is Dex listening on that port? a Service refuses connections while no pod is ready",
        exitCode: .network)
    case .unreachable(let errno):
      self.init(
        "could not reach \(hostAndPort: url): \(errno: errno)",
        hint: """
          a NetworkPolicy or firewall rejects the connection, or no route exists, for example to \
          an IPv6 address from an IPv4-only pod
          """, exitCode: .network)
    case .connectionClosed:
      self.init(
        "the connection to \(authority: url) closed before the response was complete",
        hint: "Dex or a proxy in front of it closed the connection: check their logs",
        exitCode: .network)
    case .timedOut(let phase):
      self.init(timeoutIn: phase, url, timeout: timeout)
      // With such a short limit, the network may work.
      if timeout < 1 { hint = "is the time limit too short? --timeout is 10s by default" }
    case .tls(let error): self.init(error, url)
    case .noTrustStore(let searched):
      self.init(
        "\(notSent): no trusted certificates found in \(searched: searched)",
        hint: Self.trustHint)
    case .unreadableTrustStore(let locations):
      self.init(
        "\(notSent): OpenSSL cannot read the trusted certificates in \(searched: locations)",
        hint: Self.trustHint)
    case .invalidCACertificates:
      self.init(
        "\(notSent): OpenSSL cannot read a CA certificate",
        hint: "check the CA file with openssl x509 -noout -text -in FILE")
    case .bodyTooLarge:
      self.init(
        "\(response) is larger than 1 MiB",
        hint: Self.notTokenEndpoint, exitCode: .invalidResponse)
    case .headersTooLarge:
      self.init(
        "\(response) has more than 64 KiB of headers",
        hint: Self.notTokenEndpoint, exitCode: .invalidResponse)
    case .notHTTP(let text):
      self.init(
        "the response from \(hostAndPort: url) is not HTTP/1.1 (\(untrusted: text))",
        hint: "check the port: it must be Dex's http or https port, not its gRPC port",
        exitCode: .invalidResponse)
    case .compressed:
      self.init(
        "\(response) is compressed, which was not requested",
        hint: "disable compression for this path in the ingress or proxy in front of Dex",
        exitCode: .invalidResponse)
    case .proxy(let error, let proxy): self.init(error, proxy: proxy, url)
    case .notSent(let reason):
      self.init(
        "\(notSent): \(Message(reason))",
        hint: "use the static binary (make static); tokenxchange version shows how it was built")
    case .resourceLimit(let resource, let errno):
      self.init(
        """
        \(notSent): this process cannot \
        \(resource == .threads ? "start a thread" : "open any more files"): \(errno: errno)
        """,
        hint: """
          raise the limit (ulimit -u or -n, or the container's pids limit), or stop the processes \
          that exhaust it
          """, exitCode: .unexpected)
    case .other(let text):
      self.init(
        "the request to \(authority: url) failed: \(untrusted: text)",
        hint: "try again with --verbose; curl -v \(url: url) from the same host shows more",
        exitCode: .network)
    }
  }

  private static let trustHint: Message = """
    pass Dex's CA with --certificate-authority or --certificate-authority-data, or mount a CA bundle
    """

  /// A timeout; its causes depend on the phase.
  private init(timeoutIn phase: TransportError.Phase, _ url: EndpointURL, timeout: Double) {
    switch phase {
    case .connecting:
      self.init(
        "timed out connecting to \(hostAndPort: url) after \(timeout: timeout)",
        hint: """
          a NetworkPolicy, firewall or security group drops the packets, or the address is outdated
          """)
    case .tlsHandshake:
      self.init(
        "the TLS handshake with \(hostAndPort: url) timed out after \(timeout: timeout)",
        hint: "is that an https port? a proxy or service mesh in between may block the handshake")
    case .response:
      self.init(
        "\(hostAndPort: url) did not respond within \(timeout: timeout)", hint: Self.slowHint)
    case .responseBody:
      self.init(
        "the response from \(hostAndPort: url) was incomplete after \(timeout: timeout)",
        hint: Self.slowHint)
    }
    exitCode = .network
  }

  private static let slowHint: Message = """
    Dex or a proxy in front of it is slow or stuck, often because Dex cannot fetch the cluster's \
    keys: check its log; --timeout allows more time
    """

  private init(_ error: TLSError, _ url: EndpointURL) {
    let inspect: Message = "openssl s_client -connect \(hostAndPort: url)"
    let hint: Message =
      switch error {
      case .unknownIssuer:
        """
        pass its CA with --certificate-authority; if it is set, an intermediate certificate may be \
        missing: \(inspect) -showcerts
        """
      case .expired: "renew the expired certificate; if both are valid, the local clock is wrong"
      case .notYetValid: "compare the clocks of both machines"
      case .nameMismatch:
        "use a host name from the certificate's subject alternative names; \(inspect) shows them"
      case .noSubjectAlternativeName:
        """
        reissue it with subjectAltName=DNS:\(host: url.host) (IP: for an address): the common name \
        is ignored, as in Go and kubectl
        """
      case .invalidCertificate: "its CA must reissue it; \(inspect) shows the certificate"
      case .clientCertificateRequired: Self.clientCertificateHint
      case .protocolVersion: "enable TLS 1.2 or 1.3 on the server"
      case .notTLS: "is it the http port? use the https port"
      case .handshakeFailed:
        "\(inspect) shows what it supports; does it require or reject a client certificate?"
      }
    // The trusted CAs are configuration: a retry does not help.
    self.init(
      "\(hostAndPort: url) \(Message(error))", hint: hint,
      exitCode: error.isUnknownIssuer ? .usage : .network)
  }

  static let clientCertificateHint: Message = """
    pass --client-certificate and --client-key, or another certificate if it rejects yours
    """

  private init(_ error: ProxyError, proxy: String?, _ url: EndpointURL) {
    let hint: Message =
      switch error {
      case .connectRejected(status: 407), .connectRejected(status: 401):
        "it requires a user and password, as in HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
      case .connectRejected(status: 403):
        "its rules forbid that host or port; NO_PROXY lists hosts to reach without the proxy"
      case .connectRejected(status: 500...599):
        "it cannot reach that host; NO_PROXY lists hosts to reach without the proxy"
      case .tls, .tlsConnectionClosed, .timedOut(.tlsHandshake):
        """
        check HTTPS_PROXY and ALL_PROXY: use http:// for a proxy without TLS; a TLS proxy \
        needs a certificate of the same CA as Dex's
        """
      case .tunnelClosed:
        "the proxy or the server closed it: check the proxy's rules for that host, and both logs"
      default: "check HTTPS_PROXY and ALL_PROXY; NO_PROXY lists hosts to reach without a proxy"
      }
    let name: Message = proxy.map { " \(untrusted: $0)" } ?? ""
    // A variable that is not a URL is configuration: a retry does not help.
    let exitCode: ExitCode = if case .invalidURL = error { .usage } else { .network }
    self.init(
      "the proxy\(name) for \(authority: url) cannot be used: \(Message(error))", hint: hint,
      exitCode: exitCode)
  }

  private init(_ error: NameResolutionError, host: String) {
    let reason: Message = "\(lookups: error.lookups, host: host)"
    let isKnown = error.isServerFailure || !reason.text.isEmpty
    let hint: Message =
      if !error.isServerFailure {
        "check the spelling and the pod's DNS; a Service in another namespace is NAME.NAMESPACE.svc"
      } else if error.lookups.allSatisfy(\.hasNoResponse) {
        """
        the pod's DNS does not respond: check /etc/resolv.conf, and whether a NetworkPolicy blocks \
        port 53
        """
      } else {
        """
        check the log of that DNS server: it or its upstream server fails for that name; \
        tokenxchange doctor shows each query
        """
      }
    self.init(
      "could not resolve host \(host: host)\(isKnown ? ": \(reason)" : "")", hint: hint,
      exitCode: .network)
  }
}

extension Message {
  /// A TLS failure, to follow the server's name.
  fileprivate init(_ error: TLSError) {
    self =
      switch error {
      case .unknownIssuer(let reason):
        "has a certificate from an unknown issuer (\(untrusted: reason))"
      case .expired: "has an expired certificate, or the certificate of its CA has expired"
      case .notYetValid: "has a certificate that is not yet valid"
      case .nameMismatch: "has a certificate for another name"
      case .noSubjectAlternativeName:
        "has a certificate without a host name in its subject alternative name"
      case .invalidCertificate(let reason):
        "has an invalid certificate (\(untrusted: reason))"
      case .clientCertificateRequired: "requires a client certificate"
      case .protocolVersion: "supports only TLS older than 1.2"
      case .notTLS: "does not speak TLS on that port"
      case .handshakeFailed(""): "failed in the TLS handshake"
      case .handshakeFailed(let text): "failed in the TLS handshake (\(untrusted: text))"
      }
  }

  fileprivate init(_ error: ProxyError) {
    self =
      switch error {
      case .invalidURL(let variable): "\(option: variable) is not the URL of a proxy"
      case .unsupported: "this build does not support that kind of proxy"
      case .nameResolution(let error): "could not resolve its name: \(lookups: error.lookups)"
      case .connectionRefused: "it refused the connection"
      case .unreachable(let errno): "could not reach it: \(errno: errno)"
      case .connectRejected(let status): "it responded to CONNECT with status \(status)"
      case .timedOut(.connecting): "timed out connecting to it"
      case .timedOut(.tlsHandshake): "the TLS handshake with it timed out"
      case .timedOut(.response), .timedOut(.responseBody):
        "it accepted the connection but did not respond in time"
      case .connectionClosed: "it closed the connection without responding to CONNECT"
      case .tls(let error): "it \(Message(error))"
      case .tlsConnectionClosed: "it closed the connection during the TLS handshake"
      case .tunnelClosed:
        "it accepted CONNECT, but the connection closed during the TLS handshake with the server"
      case .notHTTP(let text): "its response is not HTTP/1.1 (\(untrusted: text))"
      case .other(let text): "\(untrusted: text)"
      }
  }

  fileprivate init(_ reason: TransportError.NotSentReason) {
    self =
      switch reason {
      case .optionsUnsupported: "this build cannot set TLS and proxy options"
      case .invalidURL: "not an http or https URL"
      case .noCACertificates: "the list of CA certificates is empty"
      case .optionRejected(let option): "libcurl rejected its option \(option)"
      case .system(let errno): "\(errno: errno)"
      case .notStarted(let text): "the request did not reach libcurl (\(untrusted: text))"
      }
  }
}

extension Message.StringInterpolation {
  /// The names that were tried, with their results.
  fileprivate mutating func appendInterpolation(lookups: [NameLookup], host: String? = nil) {
    appendInterpolation(untrusted: NameLookup.summary(of: lookups, host: host), maxLength: 2000)
  }

  fileprivate mutating func appendInterpolation(searched: [TransportError.TrustStoreLocation]) {
    for (index, location) in searched.enumerated() {
      if index > 0 { appendLiteral(", ") }
      switch location {
      case .path(let path): appendInterpolation(path: path)
      case .certFile(let path): appendInterpolation("SSL_CERT_FILE \(path: path)" as Message)
      case .certDir(let path, let exists):
        appendInterpolation("SSL_CERT_DIR \(path: path)" as Message)
        // OpenSSL finds certificates by their hashed names; other programs read every file.
        if exists { appendLiteral(" (openssl rehash creates the names that OpenSSL needs)") }
      }
    }
  }
}
