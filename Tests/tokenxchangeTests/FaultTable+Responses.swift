import Encoding
import FoundationEssentials
import Glibc
import TokenExchange

@testable import Platform
@testable import tokenxchange

/// Faults of the network and of Dex.
extension FaultTable {
  static func fails(_ name: String, _ error: TransportError) -> Fault {
    Fault(name, Sample.world(outcomes: [.failure(error)]))
  }

  /// A failure after two names were tried: one with a suffix, and the host itself.
  private static func unresolved(
    _ name: String, suffix: NameLookup.Outcome,
    suffixIPv6: NameLookup.Outcome? = nil, bare: NameLookup.Outcome = .noSuchName
  ) -> Fault {
    let lookups = [
      NameLookup(
        name: "dex.example.corp.example",
        outcomes: [.a: suffix, .aaaa: suffixIPv6 ?? suffix], seconds: 8),
      NameLookup(name: "dex.example", outcomes: [.a: bare, .aaaa: bare], seconds: 2),
    ]
    return fails(name, .nameResolution(NameResolutionError(lookups: lookups)))
  }

  private static func proxyFails(_ name: String, _ error: ProxyError) -> Fault {
    fails(name, .proxy(error, url: "http://proxy.example:3128"))
  }

  private static let silent = NameLookup.Outcome.failed([
    .init(server: "10.96.0.10", reason: .noResponse(seconds: 8)),
    .init(server: "10.96.0.11", reason: .unreachable("Connection refused")),
  ])

  static let transport: [Fault] = [
    fails("name not found", .nameResolution(NameResolutionError(isServerFailure: false))),
    fails("connection refused", .connectionRefused),
    fails("connection closed", .connectionClosed), fails("timeout", .timedOut(.response)),
    fails("timeout in the body", .timedOut(.responseBody)),
    fails("no route", .unreachable(errno: EHOSTUNREACH)),
    unresolved("name not found under any suffix", suffix: .noSuchName),
    unresolved(
      "name server failed",
      suffix: .failed([.init(server: "10.96.0.10", reason: .responseCode(2))])),
    unresolved(
      "name server failed for AAAA", suffix: .noSuchName,
      suffixIPv6: .failed([.init(server: "10.96.0.10", reason: .responseCode(5))])),
    unresolved("name servers do not respond", suffix: silent, bare: silent),
    fails("timeout while connecting", .timedOut(.connecting)),
    fails("timeout during the TLS handshake", .timedOut(.tlsHandshake)),
    fails("unknown issuer", .tls(.unknownIssuer(reason: "unable to get local issuer certificate"))),
    fails("certificate expired", .tls(.expired)),
    fails("certificate not yet valid", .tls(.notYetValid)),
    fails("certificate for another name", .tls(.nameMismatch)),
    fails("certificate without a host name", .tls(.noSubjectAlternativeName)),
    fails("http on the https port", .tls(.notTLS)), fails("TLS 1.1 only", .tls(.protocolVersion)),
    fails(
      "other TLS error",
      .tls(.handshakeFailed("error:0A000410:SSL routines::sslv3 alert handshake failure"))),
    fails(
      "certificate with another purpose",
      .tls(.invalidCertificate(reason: "unsuitable certificate purpose"))),
    fails("client certificate required", .tls(.clientCertificateRequired)),
    proxyFails("proxy", .other("Failed to connect to proxy port 3128")),
    proxyFails("proxy requires a password", .connectRejected(status: 407)),
    proxyFails("proxy forbids the connection", .connectRejected(status: 403)),
    proxyFails("proxy cannot reach the server", .connectRejected(status: 502)),
    proxyFails("proxy without TLS", .tls(.notTLS)),
    proxyFails("proxy refuses connections", .connectionRefused),
    proxyFails("proxy does not respond", .timedOut(.response)),
    proxyFails(
      "proxy's name not found", .nameResolution(NameResolutionError(isServerFailure: false))),
    fails("proxy's URL", .proxy(.invalidURL(variable: "HTTPS_PROXY"), url: nil)),
    fails("not sent", .notSent(.optionsUnsupported)),
    fails("other error", .other("weird\u{1B}[31m words")),
    fails("response too large", .bodyTooLarge), fails("headers too large", .headersTooLarge),
    fails("not HTTP", .notHTTP("Received HTTP/0.9 when not allowed")),
    fails("compressed", .compressed),
    fails("no trust store", .noTrustStore(searched: [.path("/etc/ssl/certs")])),
    fails(
      "no trust store at the variables",
      .noTrustStore(searched: [.certFile("/a"), .certDir("/b", exists: true)])),
    fails("CA that OpenSSL cannot read", .invalidCACertificates),
    fails("thread limit", .resourceLimit(.threads, errno: EAGAIN)),
  ]

  static func response(_ name: String, _ outcome: WorldDouble.Outcome, _ arguments: String...)
    -> Fault
  {
    Fault(name, Sample.world(outcomes: [outcome]), Sample.base + arguments)
  }

  static let responses: [Fault] = [
    response(
      "HTML page", Sample.response(200, "<!DOCTYPE html><title>Dex</title>", type: "text/html")),
    response(
      "HTML page from an ingress", Sample.response(502, "<html>502</html>", type: "text/html")),
    response("503 in plain text", Sample.response(503, "no healthy upstream", type: "text/plain")),
    response("429", Sample.response(429, "", headers: ["retry-after": "30"])),
    response("404", Sample.response(404, "404 page not found\n", type: "text/plain")),
    response("403 from a firewall", Sample.response(403, "<html>", type: "text/html")),
    response(
      "redirect",
      Sample.response(
        307, "", headers: ["location": "https://evil.example:8443/steal?token=hunter2"])),
    response(
      "redirect on the same host", Sample.response(302, "", headers: ["location": "/login"])),
    response("redirect without a Location", Sample.response(302, "")),
    response(
      "redirect from argocd-server",
      Sample.response(303, "", headers: ["location": "/argocd/login?has_sso_error=true"])),
    response("truncated JSON", Sample.response(200, #"{"access_token":"ab"#)),
    response("empty body", Sample.response(200, "")),
    response(
      "JSON with a duplicate member",
      Sample.response(200, #"{"token_type":"bearer","token_type":"bearer"}"#)),
    response(
      "token with a duplicate claim of Dex",
      Sample.token(Sample.jwt(#"{"iss":"https://dex.example/dex","iss":"a"}"#))),
    response("JSON array", Sample.response(200, "[]")),
    response("no token", Sample.response(200, "{}")),
    response("token is null", Sample.response(200, #"{"access_token":null}"#)),
    response("token is a number", Sample.response(200, #"{"access_token":1}"#)),
    response("token is empty", Sample.token("")),
    response("token with a control character", Sample.token(#"a\u0007b"#)),
    response("token with a newline", Sample.token(#"a\nb"#)),
    response("token is a truncated JWT", Sample.token(String(Sample.issued.prefix(60)))),
    response("error of the wrong type", Sample.response(200, #"{"error":{"code":7}}"#)),
    response("issued token expired", Sample.token(Sample.issued(expiry: 1_795_223_250))),
    response("opaque issued token expired", Sample.token("opaque", more: #","expires_in":0"#)),
    response(
      "issued token from another issuer", Sample.token(Sample.issued(issuer: "https://other"))),
    response(
      "issued token for another audience", Sample.token(Sample.issued(audience: "other-cluster"))),
    response("issued token lacks an audience", Sample.token(Sample.issued), "--audience=peer"),
    response(
      "plain http to an https port",
      Sample.response(400, "Client sent an HTTP request to an HTTPS server.\n", type: "text/plain")),
    response("unexpected status", Sample.response(304, "")),
    response(
      "client certificate required by nginx",
      Sample.response(
        400, "<html><title>400 No required SSL certificate was sent</title>", type: "text/html")),
    response(
      "redirect to a file URL", Sample.response(302, "", headers: ["location": "file:///etc"])),
    response(
      "redirect to an invalid URL", Sample.response(302, "", headers: ["location": "http://[::"])),
    response(
      "deeply nested JSON",
      Sample.response(200, String(repeating: "[", count: 100) + String(repeating: "]", count: 100))),
    Fault("standard output closed", Sample.world(outputError: SystemError(errno: EPIPE))),
  ]

  static let oauthErrors: [Fault] = [
    response(
      "OAuth error with control characters",
      Sample.response(
        400, #"{"error":"invalid_request","error_description":"a\u001b[31mb\nc\u202e"}"#)),
    response(
      "long OAuth error",
      Sample.response(
        400,
        #"{"error":"invalid_request","error_description":""#
          + String(repeating: "long ", count: 200) + #""}"#)),
    response(
      "OAuth error that echoes the request",
      Sample.response(
        400,
        #"{"error":"invalid_request","error_description":"bad: secret=hunter2&token="#
          + Sample.subject + #""}"#), "--client-secret=hunter2"),
    response(
      "OAuth error that echoes headers and signature",
      Sample.response(
        400,
        #"{"error":"invalid_request","error_description":"Basic dGFyZ2V0LWNsdXN0ZXI6aHVudGVyMg== "#
          + #"of c2VjcmV0LXNpZ25hdHVyZQ"}"#), "--client-secret=hunter2"),
    response(
      "OAuth error that echoes half a secret",
      Sample.response(
        400,
        #"{"error":"invalid_request","error_description":""#
          + String(repeating: "x", count: 294) + #"hunter2"}"#), "--client-secret=hunter2"),
    response("OAuth error with status 200", Sample.response(200, #"{"error":"invalid_scope"}"#)),
    response("unauthorized client", Sample.response(400, #"{"error":"unauthorized_client"}"#)),
    response("server error", Sample.response(500, #"{"error":"server_error"}"#)),
    response(
      "server error with an audience", Sample.response(500, #"{"error":"server_error"}"#),
      "--audience=peer"),
    response(
      "connector not allowed",
      Sample.response(
        400,
        #"{"error":"invalid_grant","error_description":"Connector not allowed for this client."}"#)),
    response("access denied", Sample.response(401, #"{"error":"access_denied"}"#)),
    response(
      "client rejected, secret sent", Sample.response(401, #"{"error":"invalid_client"}"#),
      "--client-secret=hunter2"),
    response("client rejected, no secret", Sample.response(401, #"{"error":"invalid_client"}"#)),
  ]
}
