/// What can go wrong before there is any answer.
extension Problem {
  /// Words a transport's failure.
  ///
  /// - Parameters:
  ///   - error: What the transport reported.
  ///   - url: Where the request was sent.
  ///   - seconds: How long was waited in all, for a time-out.
  /// - Returns: A problem, of category network for most.
  public static func transport(
    _ error: TransportError, to url: EndpointURL, seconds: Double
  ) -> Problem {
    var problem = failure(error, url, seconds: seconds)
    problem.cause.transport = error.kind
    problem.cause.isCertificateRejected = error.isCertificateRejected
    return problem
  }

  private static func failure(
    _ error: TransportError, _ url: EndpointURL, seconds: Double
  ) -> Problem {
    let detail = error.detail.sanitized()
    switch error.kind {
    case .nameNotFound, .nameServer: return .unresolved(error, host: url.host)
    case .refused:
      return Problem(
        .network, "\(url.hostAndPort) refuses connections",
        hint: "is Dex running there, and on that port? a Service refuses while none of its pods is "
          + "ready")
    case .unreachable:
      return Problem(
        .network, "\(url.hostAndPort) cannot be reached: \(detail)",
        hint: "a NetworkPolicy or firewall rejects it, or there is no route from here, such as to "
          + "an IPv6 address from a pod with IPv4 only")
    case .reset:
      return Problem(
        .network, "the connection to \(url.authority) broke before the answer was whole",
        hint: "Dex or a proxy on the way closed it: look at their logs at this moment")
    case .timedOut:
      return .timedOut(detail, url, span(seconds))
    case .tls: return .tls(detail, url)
    case .namelessCertificate: return .namelessCertificate(url)
    case .trustStore:
      return Problem(
        .usage, "nothing was sent to \(url.authority): \(detail)",
        hint: "give Dex's CA by --certificate-authority or --certificate-authority-data, or mount "
          + "a CA bundle")
    case .invalidCACertificates:
      return Problem(
        .usage, "nothing was sent to \(url.authority): \(detail)",
        hint: "it may have been cut or edited: openssl x509 -noout -text -in FILE reads it")
    case .tooLarge:
      return .answerTooLarge(url, detail.isEmpty ? "is larger than 1 MiB" : detail)
    case .notHTTP:
      return Problem(
        .answer, "\(url.hostAndPort) answers with something else than HTTP/1.1 (\(detail))",
        hint: "is that Dex's port for http or https, and not the one for gRPC or another service?")
    case .compressed:
      return Problem(
        .answer, "the answer of \(url.text) is compressed, which was not asked for",
        hint: "turn compression off for this path in the ingress or proxy in front of Dex")
    case .proxy: return .proxy(error, url)
    case .notSent:
      return Problem(
        .usage, "nothing was sent to \(url.authority): \(detail)",
        hint: "use the static binary (make static); tokenxchange version tells how one was built")
    case .noResources:
      return Problem(
        .unexpected, "nothing was sent to \(url.authority): \(detail)",
        hint: "raise the limit (ulimit -u or -n, or the container's pids limit), or stop what uses "
          + "it up")
    case .other:
      return Problem(
        .network, "the request to \(url.authority) failed: \(detail)",
        hint: "try again with --verbose; curl -v \(url.text) from the same place shows more")
    }
  }

  /// A time-out, by how far things had come: each leads to another place to look at.
  private static func timedOut(_ detail: String, _ url: EndpointURL, _ span: String) -> Problem {
    if detail.hasPrefix("Connection time") || detail.hasPrefix("Failed to connect") {
      return Problem(
        .network, "\(url.hostAndPort) took no connection within \(span)",
        hint: "a NetworkPolicy, firewall or security group drops the packets, or the address is "
          + "out of date")
    }
    if detail.contains("TLS handshake") || detail.contains("SSL connection") {
      return Problem(
        .network, "\(url.hostAndPort) did not finish the TLS handshake within \(span)",
        hint: "is that a port for https? a proxy or service mesh on the way may hold it up")
    }
    return Problem(
      .network, "\(url.hostAndPort) gave no whole answer within \(span)",
      hint: "Dex or a proxy in front of it is slow or stuck, often because it cannot fetch the "
        + "cluster's keys: look at its log; --timeout gives more time")
  }

  /// A time limit, as exact as it was given.
  public static func span(_ seconds: Double) -> String {
    let steps = seconds < 0.1 ? 1000.0 : seconds < 10 ? 100 : 1
    let seconds = (min(seconds, 1e9) * steps).rounded() / steps
    return seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
  }
}
