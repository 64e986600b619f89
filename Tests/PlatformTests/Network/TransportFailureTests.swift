import CPlatform
import Glibc
import TestSupport
import Testing
import TokenExchange

@testable import Platform

/// Conversion of libcurl's results to errors.
@Suite struct TransportFailureTests {
  /// A libcurl result.
  struct Report: Sendable {
    var code: Int32
    var text = ""
    var errno: Int32 = 0
    var status = 0
    var verifyResult = 0
    var isConnected = true
    var isEncrypted = false
    var connectStatus = 0
    var proxy: String?
    var proxyVerifyResult = 0

    var error: TransportError {
      // Calls the C function, which resets the fields of other tests' requests.
      var outcome = tx_outcome()
      withUnsafeMutableBytes(of: &outcome) { bytes in
        for index in bytes.indices { bytes[index] = 0 }
      }
      outcome.code = code
      outcome.os_errno = Int(errno)
      outcome.status = status
      outcome.verify_result = verifyResult
      outcome.proxy_verify_result = proxyVerifyResult
      outcome.connected = isConnected ? 1 : 0
      outcome.tls_established = isEncrypted ? 1 : 0
      outcome.connect_status = connectStatus
      return TransportFailure(outcome: outcome, text: text, proxy: proxy.flatMap { ProxyURL($0) })
        .error
    }
  }

  private static let issuer = "SSL certificate problem: unable to get local issuer certificate"

  @Test(
    "transfer failures are classified",
    arguments: [
      Row("connection refused", Report(code: 7, errno: ECONNREFUSED), .connectionRefused),
      Row(
        "network unreachable", Report(code: 7, errno: ENETUNREACH),
        .unreachable(errno: ENETUNREACH)),
      Row(
        "connection attempt timed out", Report(code: 28, isConnected: false),
        .timedOut(.connecting)),
      Row(
        "connection attempt timed out in the kernel", Report(code: 7, errno: ETIMEDOUT),
        .timedOut(.connecting)),
      Row("handshake timed out", Report(code: 28), .timedOut(.tlsHandshake)),
      Row("response timed out", Report(code: 28, isEncrypted: true), .timedOut(.response)),
      Row(
        "response body timed out", Report(code: 28, status: 200, isEncrypted: true),
        .timedOut(.responseBody)),
      Row("closed while reading the response", Report(code: 56), .connectionClosed),
      Row("closed in the body", Report(code: 18), .connectionClosed),
      Row(
        "closed during the handshake",
        Report(
          code: 35,
          text: "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to certificates.example:443"),
        .connectionClosed),
      Row("reset during the handshake", Report(code: 35, errno: ECONNRESET), .connectionClosed),
      Row("header too long", Report(code: 27), .headersTooLarge),
      Row("HTTP/0.9", Report(code: 1, text: "Received HTTP/0.9"), .notHTTP("Received HTTP/0.9")),
      Row("compressed", Report(code: 61), .compressed),
      Row("unreadable system certificates", Report(code: 77), .unreadableTrustStore([])),
      Row("unknown code", Report(code: 42, text: "x"), .other("x")),
    ] as [Row<Report, TransportError>])
  func transfer(row: Row<Report, TransportError>) { #expect(row.input.error == row.output) }

  @Test(
    "TLS failures are classified",
    arguments: [
      Row(
        "missing issuer", Report(code: 60, text: issuer, verifyResult: 20),
        .unknownIssuer(reason: "unable to get local issuer certificate")),
      Row(
        "self-signed", Report(code: 60, text: "x", verifyResult: 18), .unknownIssuer(reason: "x")),
      Row("expired", Report(code: 60, verifyResult: 10), .expired),
      Row("not yet valid", Report(code: 60, verifyResult: 9), .notYetValid),
      Row("name mismatch reported by libcurl", Report(code: 60, verifyResult: 1), .nameMismatch),
      Row("name mismatch reported by OpenSSL", Report(code: 60, verifyResult: 62), .nameMismatch),
      Row(
        "wrong purpose",
        Report(
          code: 60, text: "SSL certificate problem: unsuitable certificate purpose",
          verifyResult: 26),
        .invalidCertificate(reason: "unsuitable certificate purpose")),
      Row(
        "plain http on that port",
        Report(code: 35, text: "error:0A00010B:SSL routines::wrong version"),
        .notTLS),
      Row(
        "plain http, without OpenSSL's error strings",
        Report(code: 35, text: "error:0A00010B:lib(20)::reason(267)"),
        .notTLS),
      Row(
        "TLS 1.1 only", Report(code: 35, text: "error:0A00042E:SSL routines::tlsv1 alert"),
        .protocolVersion),
      Row(
        "client certificate required, while reading",
        Report(
          code: 56, text: "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert, errno 0"),
        .clientCertificateRequired),
      Row(
        "client certificate required, by libcurl's code", Report(code: 98),
        .clientCertificateRequired),
      Row(
        "another alert", Report(code: 35, text: "error:0A000410:SSL routines::x"),
        .handshakeFailed("error:0A000410:SSL routines::x")),
    ] as [Row<Report, TLSError>])
  func tls(row: Row<Report, TLSError>) { #expect(row.input.error == .tls(row.output)) }

  @Test(
    "proxy failures are classified",
    arguments: [
      Row("refused", Report(code: 7, errno: ECONNREFUSED, proxy: "p:1"), .connectionRefused),
      Row(
        "requires credentials", Report(code: 56, connectStatus: 407, proxy: "p:1"),
        .connectRejected(status: 407)),
      Row("no response", Report(code: 28, proxy: "p:1"), .timedOut(.response)),
      Row(
        "connection attempt timed out", Report(code: 28, isConnected: false, proxy: "p:1"),
        .timedOut(.connecting)),
      Row("closed", Report(code: 52, proxy: "p:1"), .connectionClosed),
      Row(
        "not supported", Report(code: 4, text: "Unsupported proxy a:b@c", proxy: "p:1"),
        .unsupported),
      Row("SOCKS handshake", Report(code: 97, text: "x", proxy: "socks5://p"), .other("x")),
      Row(
        "a password in libcurl's message", Report(code: 97, text: "a:b@c", proxy: "p:1"),
        .other("")),
      Row(
        "unknown issuer", Report(code: 60, text: issuer, proxy: "https://p", proxyVerifyResult: 20),
        .tls(.unknownIssuer(reason: "unable to get local issuer certificate"))),
      Row(
        "name mismatch", Report(code: 60, proxy: "https://p", proxyVerifyResult: 1),
        .tls(.nameMismatch)),
      Row(
        "handshake timed out", Report(code: 28, proxy: "https://p", proxyVerifyResult: 1),
        .timedOut(.tlsHandshake)),
      Row(
        "closed during the handshake",
        Report(code: 35, errno: ECONNRESET, proxy: "https://p", proxyVerifyResult: 1),
        .tlsConnectionClosed),
      Row(
        "closed after CONNECT", Report(code: 52, connectStatus: 200, proxy: "p:1"), .tunnelClosed),
      Row(
        "closed during the handshake after CONNECT",
        Report(
          code: 35, text: "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to dex.test:443",
          connectStatus: 200, proxy: "p:1"),
        .tunnelClosed),
    ] as [Row<Report, ProxyError>])
  func proxy(row: Row<Report, ProxyError>) {
    guard case .proxy(let error, url: _) = row.input.error else {
      Issue.record("not the proxy's failure: \(row.input.error)")
      return
    }
    #expect(error == row.output)
  }

  @Test("a failure behind the proxy is attributed to the server")
  func afterTheProxy() {
    let report = Report(code: 28, connectStatus: 200, proxy: "p:1")
    #expect(report.error == .timedOut(.tlsHandshake))
    let socks = Report(code: 52, proxy: "socks5://p")
    #expect(socks.error == .connectionClosed)
    let ended = "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to dex.test:443"
    // The cause may be a rejected certificate: through a TLS proxy, libcurl does not distinguish
    // this.
    let overTLS = Report(code: 35, text: ended, connectStatus: 200, proxy: "https://p")
    #expect(overTLS.error == .tls(.handshakeFailed(ended)))
  }
}
