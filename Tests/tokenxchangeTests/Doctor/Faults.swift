import Encoding
import FoundationEssentials
import OpenIDConnect
import StandIns
import TestSupport

@testable import tokenxchange

/// Faults between the command line and Dex.
extension Fault {
  static let beforeDex: [Fault] = [
    .failed(
      "client ID missing", .settings, "usage", "missing required option: --client-id", code: .usage
    ) {
      $0.flags["client-id"] = nil
    },
    .failed("CA file missing", .settings, "configuration", "does not exist", code: .usage) {
      $0.flags["certificate-authority"] = "/nowhere/ca.crt"
    },
    .warned(
      "scope misspelled", .settings, "unknown-scopes", "does not support the scopes federated_id"
    ) {
      $0.flags["scopes"] = "openid,profile,federated:id,federated_id"
    },
    .warned(
      "variable misspelled", .settings, "unknown-variables",
      "TOKENXCHANGE_SCOPE is unknown and ignored; did you mean TOKENXCHANGE_SCOPES?"
    ) {
      $0.variables["TOKENXCHANGE_SCOPE"] = "openid"
    }.ofOptionsOnly,
    .failed(
      "unsupported exec info version", .execInfo, "configuration",
      "v1alpha1, which is not supported",
      code: .usage
    ) {
      $0.variables["KUBERNETES_EXEC_INFO"] =
        #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1alpha1"}"#
    }.ofOptionsOnly,
    .failed(
      "token missing", .subjectToken, "subject-token-unreadable",
      "the token file /nowhere/token does not exist",
      code: .subjectToken
    ) {
      $0.flags["token-file"] = "/nowhere/token"
    },
    .failed(
      "token expired", .subjectToken, "subject-token-expired", "expired 20 min ago",
      code: .subjectToken
    ) {
      try $0.subject(age: 4800)
    },
    .failed(
      "token without the required audience", .subjectToken, "subject-token-audience",
      "lacks the audience dex",
      code: .subjectToken
    ) {
      $0.flags["subject-audience"] = "dex"
      try $0.subject { $0["aud"] = ["vault"] }
    },
    .warned(
      "token for the API server itself", .subjectToken, "subject-token-api-server-audience",
      "the token's audience is the API server's own"
    ) {
      try $0.subject { $0["aud"] = ["https://kubernetes.default.svc.cluster.local"] }
    },
    .warned(
      "token not renewed", .subjectToken, "token-file-not-renewed", "but kubelet renews at 80 %"
    ) {
      try $0.subject(age: 3400)
    },
    .failed(
      "local clock an hour ahead", .subjectToken, "wrong-clock", "clock is 1 h ahead of Dex's",
      code: .subjectToken
    ) { $0.clockLead = 3601 },
    .failed(
      "local clock an hour behind", .subjectToken, "wrong-clock", "clock is 1 h behind Dex's",
      code: .subjectToken
    ) { $0.clockLead = -3601 },
    .warned(
      "Dex's clock an hour ahead", .connection, "clock-difference", "clock is 1 h behind Dex's",
      code: .oauthError
    ) { fixture in
      fixture.site.dex.update { $0.now = { Date().addingTimeInterval(3605) } }
      let date = HTTPDateText.text(Date().addingTimeInterval(3605))
      fixture.site.dex.inject(
        DexFault.changing { $0.headers.append(("Date", date)) }.on("*", times: nil))
    },
    .failed(
      "name not found", .connection, "connection", "could not resolve host dex.invalid",
      code: .network
    ) {
      $0.flags["issuer"] = "https://dex.invalid/dex"
    },
    .failed("port closed", .connection, "connection", "refused the connection", code: .network) {
      // No test listens on this port; one that was just closed may belong to another test by now.
      $0.flags["issuer"] = "http://127.0.0.1:1/dex"
    },
    .failed(
      "http to an https port", needsTLS: true, .connection, "http-to-https-port",
      "expects https on that port",
      code: .usage
    ) { fixture in
      fixture.flags["issuer"] = fixture.site.dex.issuer.replacing("https://", with: "http://")
    },
    .failed(
      "private CA option missing", needsTLS: true, .connection, "unknown-authority",
      "a certificate from an unknown issuer",
      hints: ["--certificate-authority"], code: .usage
    ) { $0.flags["certificate-authority"] = nil },
    .failed(
      "certificate for another name", needsTLS: true, .connection, "connection",
      "a certificate for another name",
      code: .network
    ) { try $0.front(\.wrongHost) },
    .failed(
      "certificate without a subject alternative name", needsTLS: true, .connection,
      "certificate-without-san", "without a host name in its subject alternative name",
      hints: ["subjectAltName"], code: .network
    ) { try $0.front(\.noSAN) },
    .failed(
      "certificate expired", needsTLS: true, .connection, "connection",
      "an expired certificate",
      code: .network
    ) { try $0.front(\.expired) },
    .warned(
      "issuer with a trailing slash", .discovery, "issuer-trailing-slash", "by a trailing slash"
    ) {
      $0.flags["issuer"]? += "/"
    },
    .failed(
      "issuer without its path", .discovery, "no-discovery-document",
      "404; there is one for the issuer http", code: .invalidResponse
    ) {
      $0.flags["issuer"] = $0.site.dex.server.url
    },
    .failed(
      "issuer with another host name", .discovery, "issuer-mismatch", "but --issuer is",
      code: .invalidResponse
    ) {
      $0.flags["issuer"] = $0.site.dex.issuer.replacing("127.0.0.1", with: "localhost")
    },
    .warned(
      "token URL with another path", .discovery, "token-endpoint-mismatch",
      "Dex's token endpoint is", code: .invalidResponse
    ) { $0.flags["token-url"] = $0.site.dex.issuer + "/tokens" },
    .failed(
      "token exchange grant disabled", .discovery, "exchange-not-offered",
      "does not offer the token exchange",
      code: .oauthError
    ) {
      $0.site.dex.update { $0.grants = [GrantType.authorizationCode, GrantType.refreshToken] }
    },
  ]
}

/// Formats dates as in HTTP headers.
enum HTTPDateText {
  static func text(_ date: Date) -> String {
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    // 2026-11-21T14:03:07Z
    let words = "\(date.ISO8601Format())".split { "-T:Z".contains($0) }
    let day = Int(date.timeIntervalSince1970 / 86_400) % 7
    let month = months[(Int(words[1]) ?? 1) - 1]
    return "\(days[day]), \(words[2]) \(month) \(words[0]) \(words[3]):\(words[4]):\(words[5]) GMT"
  }
}
