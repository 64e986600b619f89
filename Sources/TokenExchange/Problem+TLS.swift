/// What can go wrong between the connection and the first byte of the answer.
extension Problem {
  /// Words a failure of TLS by OpenSSL's own words for it.
  static func tls(_ detail: String, _ url: EndpointURL) -> Problem {
    let look = "openssl s_client -connect \(url.hostAndPort)"
    func problem(_ what: String, _ hint: String) -> Problem {
      Problem(.network, "\(url.hostAndPort) \(what)", hint: hint)
    }
    let untrusted = ["unable to get local issuer", "self-signed", "self signed", "get issuer"]
    if untrusted.contains(where: detail.contains) {
      return problem(
        "shows a certificate of an unknown issuer (\(detail))",
        "give its CA by --certificate-authority or --certificate-authority-data; if that is given, "
          + "the server may not send the certificates between: \(look) -showcerts shows who signed it"
      )
    }
    if detail.contains("has expired") {
      return problem(
        "shows a certificate that has expired, or whose CA has",
        "renew that one; if both are fresh, this machine's clock is wrong")
    }
    if detail.contains("not yet valid") {
      return problem(
        "shows a certificate that is not yet valid", "compare the clocks of both machines")
    }
    let misnamed = ["subject name", "hostname mismatch", "IP address mismatch"]
    if misnamed.contains(where: detail.contains) {
      return problem(
        "shows a certificate for another name",
        "use a name that the certificate holds as a subject alternative name; \(look) shows it")
    }
    if let reason = certificateFault(detail) {
      return problem(
        "shows a certificate that cannot be accepted (\(reason))",
        "let its CA issue a better one; \(look) shows it")
    }
    if detail.contains("wrong version number") || detail.contains("http request") {
      return problem(
        "does not speak TLS on that port", "is it the plain http port? use the https one")
    }
    if detail.contains("protocol version") || detail.contains("unsupported protocol") {
      return problem("speaks only TLS older than 1.2", "let the server offer TLS 1.2 or 1.3")
    }
    if TransportError.wantsClientCertificate(detail) { return .wantsClientCertificate(url) }
    return problem(
      "and this client could not agree on TLS" + (detail.isEmpty ? "" : " (\(detail))"),
      "\(look) shows what it offers; does it ask for a client certificate? there is none to give")
  }

  /// A certificate with a common name and no subject alternative name.
  static func namelessCertificate(_ url: EndpointURL) -> Problem {
    Problem(
      .network,
      "\(url.hostAndPort) shows a certificate without a host name in its subject alternative name",
      hint: "issue it again with subjectAltName=DNS:\(url.host) (IP: for an address): the common "
        + "name does not count, as in Go and kubectl")
  }

  /// A server that lets in only who shows a certificate.
  static func wantsClientCertificate(_ url: EndpointURL) -> Problem {
    Problem(
      .network, "\(url.hostAndPort) demands a client certificate",
      hint: "there is none to give: let the ingress or server ask for none at Dex's address, or "
        + "use another address of Dex")
  }

  /// Words the failure of a proxy.
  static func proxy(_ error: TransportError, _ url: EndpointURL) -> Problem {
    let detail =
      error.lookups.isEmpty
      ? error.detail.sanitized()
      : "could not resolve its name: " + NameLookup.summary(of: error.lookups)
    let variables = "HTTPS_PROXY and ALL_PROXY"
    let hint =
      switch true {
      case ["response 407", "response 401", "code 407"].contains(where: detail.contains):
        "it wants a user and password, as in HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
      case detail.contains("response 403"):
        "its rules forbid that host or port; NO_PROXY names hosts that are reached without it"
      case detail.contains("response 5"):
        "it cannot reach that host; NO_PROXY names hosts that are reached without it"
      case detail.contains("TLS with it"):
        "see \(variables): write http:// for one that does not speak TLS itself; the certificate "
          + "of one that does must be of the same CA as Dex's"
      default:
        "see \(variables); NO_PROXY names hosts that are reached without one"
      }
    let name = error.proxy.map { " " + $0.sanitized() } ?? ""
    return Problem(
      .network, "the proxy\(name) for \(url.authority) cannot be used: \(detail)", hint: hint)
  }

  /// OpenSSL's reason not to accept a certificate; nil if the fault is another one.
  private static func certificateFault(_ detail: String) -> String? {
    let opening = "SSL certificate problem: "
    return detail.hasPrefix(opening) ? String(detail.dropFirst(opening.count)) : nil
  }
}

extension TransportError {
  /// Whether this side rejects the server's certificate, or the server demands one.
  ///
  /// Waiting does not help then. libcurl's message may end with the host's name, so only its beginning
  /// says what happened.
  var isCertificateRejected: Bool {
    guard kind == .tls else { return false }
    let openings = [
      "SSL certificate problem: ", "SSL: no alternative certificate subject name",
      "SSL: certificate subject name", "SSL: unable to obtain",
    ]
    return openings.contains(where: detail.hasPrefix) || Self.wantsClientCertificate(detail)
  }

  /// Whether OpenSSL's words are of an alert that a server sends to who shows no certificate.
  public static func wantsClientCertificate(_ detail: String) -> Bool {
    detail.contains("alert certificate required") || detail.contains("alert bad certificate")
  }
}
