import TokenExchange

extension Diagnosis {
  /// The message about a server that could not be reached, or that did not speak HTTP.
  ///
  /// - Parameters:
  ///   - error: What failed.
  ///   - url: Where the request was sent.
  ///   - timeout: Seconds until the request was given up.
  init(_ error: TransportError, to url: EndpointURL, timeout: Double) {
    let detail: Message = "\(untrusted: error.detail)"
    switch error.kind {
    case .nameNotFound, .nameServer: self.init(unresolved: error, host: url.host)
    case .refused:
      self.init(
        .network, "\(hostAndPort: url) refuses connections",
        hint: """
          is Dex running there, and on that port? a Service refuses while none of its pods is ready
          """)
    case .unreachable:
      self.init(
        .network, "\(hostAndPort: url) cannot be reached: \(detail)",
        hint: """
          a NetworkPolicy or firewall rejects it, or there is no route from here, such as to an \
          IPv6 address from a pod with IPv4 only
          """)
    case .reset:
      self.init(
        .network, "the connection to \(authority: url) broke before the answer was whole",
        hint: "Dex or a proxy on the way closed it: look at their logs at this moment")
    case .timedOut: self.init(timeoutIn: error.timeoutPhase, url, timeout: timeout)
    case .tls: self.init(error.tlsFailure, detail: detail, url)
    case .namelessCertificate:
      self.init(
        .network,
        """
        \(hostAndPort: url) shows a certificate without a host name in its subject alternative name
        """,
        hint: """
          issue it again with subjectAltName=DNS:\(host: url.host) (IP: for an address): the \
          common name does not count, as in Go and kubectl
          """)
    case .trustStore:
      self.init(
        .usage, "nothing was sent to \(authority: url): \(detail)",
        hint: """
          give Dex's CA by --certificate-authority or --certificate-authority-data, or mount a CA \
          bundle
          """)
    case .invalidCACertificates:
      self.init(
        .usage, "nothing was sent to \(authority: url): \(detail)",
        hint: "it may have been cut or edited: openssl x509 -noout -text -in FILE reads it")
    case .tooLarge:
      self.init(
        .invalidResponse,
        "the answer of \(url: url) \(error.detail.isEmpty ? "is larger than 1 MiB" : detail)",
        hint: Self.notTokenEndpoint)
    case .notHTTP:
      self.init(
        .invalidResponse,
        "\(hostAndPort: url) answers with something else than HTTP/1.1 (\(detail))",
        hint: """
          is that Dex's port for http or https, and not the one for gRPC or another service?
          """)
    case .compressed:
      self.init(
        .invalidResponse, "the answer of \(url: url) is compressed, which was not asked for",
        hint: "turn compression off for this path in the ingress or proxy in front of Dex")
    case .proxy: self.init(proxy: error, url)
    case .notSent:
      self.init(
        .usage, "nothing was sent to \(authority: url): \(detail)",
        hint: """
          use the static binary (make static); tokenxchange version tells how one was built
          """)
    case .noResources:
      self.init(
        .unexpected, "nothing was sent to \(authority: url): \(detail)",
        hint: """
          raise the limit (ulimit -u or -n, or the container's pids limit), or stop what uses it up
          """)
    case .other:
      self.init(
        .network, "the request to \(authority: url) failed: \(detail)",
        hint: """
          try again with --verbose; curl -v \(url: url) from the same place shows more
          """)
    }
  }

  /// A timeout: each phase leads to another place to look at.
  private init(timeoutIn phase: TimeoutPhase, _ url: EndpointURL, timeout: Double) {
    switch phase {
    case .connecting:
      self.init(
        .network, "\(hostAndPort: url) took no connection within \(timeout: timeout)",
        hint: """
          a NetworkPolicy, firewall or security group drops the packets, or the address is out of \
          date
          """)
    case .tlsHandshake:
      self.init(
        .network, "\(hostAndPort: url) did not finish the TLS handshake within \(timeout: timeout)",
        hint: """
          is that a port for https? a proxy or service mesh on the way may hold it up
          """)
    case .response:
      self.init(
        .network, "\(hostAndPort: url) gave no whole answer within \(timeout: timeout)",
        hint: """
          Dex or a proxy in front of it is slow or stuck, often because it cannot fetch the \
          cluster's keys: look at its log; --timeout gives more time
          """)
    }
  }

  private init(_ failure: TLSFailure, detail: Message, _ url: EndpointURL) {
    let look: Message = "openssl s_client -connect \(hostAndPort: url)"
    let (what, hint): (Message, Message) =
      switch failure {
      case .unknownAuthority:
        (
          "shows a certificate of an unknown issuer (\(detail))",
          """
          give its CA by --certificate-authority or --certificate-authority-data; if that is given, \
          the server may not send the certificates between: \(look) -showcerts shows who signed it
          """
        )
      case .expired:
        (
          "shows a certificate that has expired, or whose CA has",
          "renew that one; if both are fresh, this machine's clock is wrong"
        )
      case .notYetValid:
        ("shows a certificate that is not yet valid", "compare the clocks of both machines")
      case .hostMismatch:
        (
          "shows a certificate for another name",
          """
          use a name that the certificate holds as a subject alternative name; \(look) shows it
          """
        )
      case .rejected(let reason):
        (
          "shows a certificate that cannot be accepted (\(untrusted: reason))",
          "let its CA issue a better one; \(look) shows it"
        )
      case .notTLS:
        ("does not speak TLS on that port", "is it the plain http port? use the https one")
      case .unsupportedVersion:
        ("speaks only TLS older than 1.2", "let the server offer TLS 1.2 or 1.3")
      case .clientCertificateRequired:
        ("demands a client certificate", Self.clientCertificateHint)
      case .other:
        (
          "and this client could not agree on TLS\(detail.text.isEmpty ? "" : " (\(detail))")",
          """
          \(look) shows what it offers; does it ask for a client certificate? there is none to give
          """
        )
      }
    self.init(.network, "\(hostAndPort: url) \(what)", hint: hint)
  }

  static let clientCertificateHint: Message = """
    there is none to give: let the ingress or server ask for none at Dex's address, or use another \
    address of Dex
    """

  private init(proxy error: TransportError, _ url: EndpointURL) {
    let detail: Message =
      error.lookups.isEmpty
      ? "\(untrusted: error.detail)"
      : "could not resolve its name: \(lookups: error.lookups)"
    let hint: Message =
      switch error.proxyFailure {
      case .credentialsRequired:
        "it wants a user and password, as in HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
      case .forbidden:
        "its rules forbid that host or port; NO_PROXY names hosts that are reached without it"
      case .targetUnreachable:
        "it cannot reach that host; NO_PROXY names hosts that are reached without it"
      case .tls:
        """
        see HTTPS_PROXY and ALL_PROXY: write http:// for one that does not speak TLS itself; the \
        certificate of one that does must be of the same CA as Dex's
        """
      case .other:
        "see HTTPS_PROXY and ALL_PROXY; NO_PROXY names hosts that are reached without one"
      }
    let name: Message = error.proxy.map { " \(untrusted: $0)" } ?? ""
    self.init(
      .network, "the proxy\(name) for \(authority: url) cannot be used: \(detail)", hint: hint)
  }

  private init(unresolved error: TransportError, host: String) {
    let name: Message = "could not resolve host \(host: host)"
    let reason: Message = "\(lookups: error.lookups, host: host)"
    guard error.kind == .nameServer else {
      self.init(
        .network, name + (reason.text.isEmpty ? "" : ": \(reason)"),
        hint: """
          check its spelling and the pod's DNS; a Service of another namespace is \
          NAME.NAMESPACE.svc
          """)
      return
    }
    self.init(
      .network, "\(name): \(reason)",
      hint: error.lookups.allSatisfy(\.isUnanswered)
        ? """
        the pod's DNS does not answer: see /etc/resolv.conf, and whether a NetworkPolicy lets port \
        53 through
        """
        : """
        look at the log of that DNS server: it, or one that it forwards to, fails for that name; \
        tokenxchange doctor shows each query
        """)
  }
}

extension Message.StringInterpolation {
  /// The names that were tried, and the response to each query.
  fileprivate mutating func appendInterpolation(lookups: [NameLookup], host: String? = nil) {
    appendInterpolation(untrusted: NameLookup.summary(of: lookups, host: host), maxLength: 2000)
  }
}
