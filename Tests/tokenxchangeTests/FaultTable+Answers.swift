import Encoding
import FoundationEssentials
import Glibc
import Platform
import TokenExchange

@testable import tokenxchange

/// What the network and Dex can do.
extension FaultTable {
  static func fails(_ name: String, _ error: TransportError) -> Fault {
    Fault(name, Sample.world(outcomes: [.failure(error)]))
  }

  /// Two names were tried: one with a suffix, and the host itself.
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
    fails("connection broken", .connectionClosed), fails("time-out", .timedOut(.response)),
    fails("no route", .unreachable(errno: EHOSTUNREACH)),
    unresolved("name not found under any suffix", suffix: .noSuchName),
    unresolved(
      "name server failed",
      suffix: .failed([.init(server: "10.96.0.10", reason: .responseCode(2))])),
    unresolved(
      "name server failed for AAAA", suffix: .noSuchName,
      suffixIPv6: .failed([.init(server: "10.96.0.10", reason: .responseCode(5))])),
    unresolved("name servers do not respond", suffix: silent, bare: silent),
    fails("time-out of connecting", .timedOut(.connecting)),
    fails("time-out of TLS", .timedOut(.tlsHandshake)),
    fails("unknown issuer", .tls(.unknownIssuer(reason: "unable to get local issuer certificate"))),
    fails("certificate expired", .tls(.expired)),
    fails("certificate not yet valid", .tls(.notYetValid)),
    fails("certificate for another name", .tls(.nameMismatch)),
    fails("certificate without a host name", .tls(.noSubjectAlternativeName)),
    fails("http on the https port", .tls(.notTLS)), fails("TLS 1.1 only", .tls(.protocolVersion)),
    fails(
      "other TLS fault",
      .tls(.handshakeFailed("error:0A000410:SSL routines::sslv3 alert handshake failure"))),
    fails(
      "certificate of another kind",
      .tls(.invalidCertificate(reason: "unsuitable certificate purpose"))),
    fails("client certificate wanted", .tls(.clientCertificateRequired)),
    proxyFails("proxy", .other("Failed to connect to proxy port 3128")),
    proxyFails("proxy wants a password", .connectRejected(status: 407)),
    proxyFails("proxy forbids it", .connectRejected(status: 403)),
    proxyFails("proxy cannot reach it", .connectRejected(status: 502)),
    proxyFails("proxy without TLS", .tls(.notTLS)),
    proxyFails("proxy refuses connections", .connectionRefused),
    proxyFails("proxy does not respond", .timedOut(.response)),
    proxyFails(
      "proxy's name not found", .nameResolution(NameResolutionError(isServerFailure: false))),
    fails("proxy's URL", .proxy(.invalidURL(variable: "HTTPS_PROXY"), url: nil)),
    fails("not sent", .notSent(.optionsUnsupported)),
    fails("anything else", .other("weird\u{1B}[31m words")),
    fails("answer too large", .bodyTooLarge), fails("headers too large", .headersTooLarge),
    fails("no HTTP", .notHTTP("Received HTTP/0.9 when not allowed")),
    fails("compressed", .compressed),
    fails("nothing to trust", .noTrustStore(searched: [.path("/etc/ssl/certs")])),
    fails(
      "nothing to trust at the variables",
      .noTrustStore(searched: [.certFile("/a"), .certDir("/b", exists: true)])),
    fails("CA that OpenSSL cannot read", .invalidCACertificates),
    fails("no threads", .resourceLimit(.threads, errno: EAGAIN)),
  ]

  static func answer(_ name: String, _ outcome: WorldDouble.Outcome, _ arguments: String...)
    -> Fault
  {
    Fault(name, Sample.world(outcomes: [outcome]), Sample.base + arguments)
  }

  static let answers: [Fault] = [
    answer(
      "HTML page", Sample.response(200, "<!DOCTYPE html><title>Dex</title>", type: "text/html")),
    answer("HTML page of an ingress", Sample.response(502, "<html>502</html>", type: "text/html")),
    answer("503 in plain words", Sample.response(503, "no healthy upstream", type: "text/plain")),
    answer("429", Sample.response(429, "", headers: ["retry-after": "30"])),
    answer("404", Sample.response(404, "404 page not found\n", type: "text/plain")),
    answer("403 of a firewall", Sample.response(403, "<html>", type: "text/html")),
    answer(
      "redirect",
      Sample.response(
        307, "", headers: ["location": "https://evil.example:8443/steal?token=hunter2"])),
    answer("redirect on the same host", Sample.response(302, "", headers: ["location": "/login"])),
    answer("redirect to nowhere", Sample.response(302, "")),
    answer(
      "redirect of argocd-server",
      Sample.response(303, "", headers: ["location": "/argocd/login?has_sso_error=true"])),
    answer("truncated JSON", Sample.response(200, #"{"access_token":"ab"#)),
    answer("empty body", Sample.response(200, "")),
    answer("JSON array", Sample.response(200, "[]")),
    answer("no token", Sample.response(200, "{}")),
    answer("token is null", Sample.response(200, #"{"access_token":null}"#)),
    answer("token is a number", Sample.response(200, #"{"access_token":1}"#)),
    answer("token is empty", Sample.token("")),
    answer("token with a control character", Sample.token(#"a\u0007b"#)),
    answer("token with a newline", Sample.token(#"a\nb"#)),
    answer("token is half a JWT", Sample.token(String(Sample.issued.prefix(60)))),
    answer("error of a wrong type", Sample.response(200, #"{"error":{"code":7}}"#)),
    answer("result expired", Sample.token(Sample.issued(expiry: 1_795_223_250))),
    answer("opaque result expired", Sample.token("opaque", more: #","expires_in":0"#)),
    answer("result of another issuer", Sample.token(Sample.issued(issuer: "https://other"))),
    answer("result for someone else", Sample.token(Sample.issued(audience: "other-cluster"))),
    answer("result lacks an audience", Sample.token(Sample.issued), "--audience=peer"),
    answer(
      "plain http to an https port",
      Sample.response(400, "Client sent an HTTP request to an HTTPS server.\n", type: "text/plain")),
    answer("status that says nothing", Sample.response(304, "")),
    answer(
      "client certificate wanted by nginx",
      Sample.response(
        400, "<html><title>400 No required SSL certificate was sent</title>", type: "text/html")),
    answer(
      "redirect to no web address", Sample.response(302, "", headers: ["location": "file:///etc"])),
    answer(
      "redirect nobody can read", Sample.response(302, "", headers: ["location": "http://[::"])),
    answer(
      "JSON without end",
      Sample.response(200, String(repeating: "[", count: 100) + String(repeating: "]", count: 100))),
    Fault("nobody takes the credential", Sample.world(outputError: OutputError(errno: EPIPE))),
  ]

  static let refusals: [Fault] = [
    answer(
      "refusal with control characters",
      Sample.response(
        400, #"{"error":"invalid_request","error_description":"a\u001b[31mb\nc\u202e"}"#)),
    answer(
      "refusal without end",
      Sample.response(
        400,
        #"{"error":"invalid_request","error_description":""#
          + String(repeating: "long ", count: 200) + #""}"#)),
    answer(
      "refusal that echoes the request",
      Sample.response(
        400,
        #"{"error":"invalid_request","error_description":"bad: secret=hunter2&token="#
          + Sample.subject + #""}"#), "--client-secret=hunter2"),
    answer(
      "refusal that echoes headers and signature",
      Sample.response(
        400,
        #"{"error":"invalid_request","error_description":"Basic dGFyZ2V0LWNsdXN0ZXI6aHVudGVyMg== "#
          + #"of c2VjcmV0LXNpZ25hdHVyZQ"}"#), "--client-secret=hunter2"),
    answer(
      "refusal that echoes half a secret",
      Sample.response(
        400,
        #"{"error":"invalid_request","error_description":""#
          + String(repeating: "x", count: 294) + #"hunter2"}"#), "--client-secret=hunter2"),
    answer("refusal with status 200", Sample.response(200, #"{"error":"invalid_scope"}"#)),
    answer("unauthorized client", Sample.response(400, #"{"error":"unauthorized_client"}"#)),
    answer("server error", Sample.response(500, #"{"error":"server_error"}"#)),
    answer(
      "server error, audience", Sample.response(500, #"{"error":"server_error"}"#),
      "--audience=peer"),
    answer(
      "connector not allowed",
      Sample.response(
        400,
        #"{"error":"invalid_grant","error_description":"Connector not allowed for this client."}"#)),
    answer("access denied", Sample.response(401, #"{"error":"access_denied"}"#)),
    answer(
      "client refused, secret sent", Sample.response(401, #"{"error":"invalid_client"}"#),
      "--client-secret=hunter2"),
    answer("client refused, no secret", Sample.response(401, #"{"error":"invalid_client"}"#)),
  ]
}
