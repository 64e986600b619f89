import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// Trust in servers, with real TLS.
@Suite(.enabled(if: TLSFront.isAvailable, "nginx is not installed: apt-get install nginx-light"))
struct TLSTests {
  let plugin: Plugin
  let certificates: TestCertificates

  init() throws {
    plugin = try Plugin(tls: .dex)
    certificates = try #require(plugin.site.certificates)
  }

  private var authority: [String] {
    ["--certificate-authority", certificates.authority.certificate]
  }

  private func pem(_ pair: TestCertificates.Pair) throws -> Data {
    try Data(contentsOf: URL(filePath: pair.certificate))
  }

  /// Runs the program against another TLS front for the same Dex.
  private func run(
    _ certificate: TestCertificates.Pair, protocols: String = "TLSv1.2 TLSv1.3",
    _ more: [String]? = nil, _ environment: [String: String] = [:]
  ) async throws -> ProcessResult {
    let front = try TLSFront(
      upstream: plugin.site.dex.server.port, certificate: certificate, protocols: protocols)
    return try await plugin.run(
      plugin.flags("--issuer", front.url + "/dex") + (more ?? authority), environment)
  }

  private func expectRefusal(
    _ result: ProcessResult, _ words: String, at location: SourceLocation = #_sourceLocation
  ) {
    // An unknown CA is a configuration error.
    let code: Int32 = words.contains("unknown issuer") ? 2 : 4
    #expect(result.ending == .exit(code), "\(result.errors)", sourceLocation: location)
    #expect(result.output == "", sourceLocation: location)
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 2, "\(result.errors)", sourceLocation: location)
    #expect(lines.first?.contains(words) == true, "\(result.errors)", sourceLocation: location)
    #expect(plugin.site.dex.tokenRequests == 0, sourceLocation: location)
  }

  @Test("a CA from a file, a flag or a variable is trusted")
  func customCA() async throws {
    try plugin.expectCredential(try await plugin.run(plugin.flags + authority))
    let data = try pem(certificates.authority).base64EncodedString()
    let byData = ["--certificate-authority-data", data]
    try plugin.expectCredential(try await plugin.run(plugin.flags + byData))
    let byVariable = ["TOKENXCHANGE_CERTIFICATE_AUTHORITY_DATA": data]
    try plugin.expectCredential(try await plugin.run(nil, byVariable))
    // The file contains several CAs; the matching one is not the first.
    let bundle = try plugin.directory.write(
      String(
        decoding: pem(certificates.otherAuthority) + pem(certificates.authority), as: UTF8.self),
      to: "bundle.crt")
    let result = try await plugin.run(plugin.flags + ["--certificate-authority", bundle])
    try plugin.expectCredential(result)
  }

  @Test("with a CA option, the system's trust store is not used")
  func customCAReplacesSystem() async throws {
    let other = ["--certificate-authority", certificates.otherAuthority.certificate]
    // The system's store contains the CA but must not be used.
    let environment = ["SSL_CERT_FILE": certificates.authority.certificate]
    expectRefusal(
      try await plugin.run(plugin.flags + other, environment),
      "has a certificate from an unknown issuer")
    let data = try pem(certificates.otherAuthority).base64EncodedString()
    expectRefusal(
      try await plugin.run(
        plugin.flags + ["--certificate-authority-data", data],
        ["SSL_CERT_DIR": hashedDirectory(certificates.authority)]),
      "has a certificate from an unknown issuer")
  }

  @Test("an unknown issuer, an expired certificate and a wrong host name are rejected")
  func invalidCertificates() async throws {
    expectRefusal(
      try await run(certificates.untrustedCA), "has a certificate from an unknown issuer")
    expectRefusal(try await run(certificates.expired), "has an expired certificate")
    expectRefusal(try await run(certificates.wrongHost), "has a certificate for another name")
  }

  @Test(
    "get-token and doctor reject a common name without a subject alternative name",
    arguments: ["no SAN", "only a mail address"])
  func noSubjectAlternativeName(kind: String) async throws {
    let front = try TLSFront(
      upstream: plugin.site.dex.server.port,
      certificate: kind == "no SAN" ? certificates.noSAN : certificates.emailSAN)
    let flags = plugin.flags("--issuer", front.url + "/dex") + authority
    let message =
      "127.0.0.1:\(front.port) has a certificate without a host name in its subject alternative "
      + "name"
    let hint =
      "reissue it with subjectAltName=DNS:127.0.0.1 (IP: for an address): the common name is "
      + "ignored, as in Go and kubectl"
    plugin.expectFailure(try await plugin.run(flags), 4, message, hint: hint)
    let report = try await plugin.run(["doctor"] + flags)
    #expect(report.ending == .exit(4))
    #expect(report.output.contains(message))
    #expect(report.output.contains("the common name is"))
    #expect(plugin.site.dex.tokenRequests == 0)
    // --insecure-skip-tls-verify accepts it.
    let skipped = try await plugin.run(
      plugin.flags("--issuer", front.url + "/dex") + ["--insecure-skip-tls-verify"])
    #expect(skipped.ending == .exit(6))
  }

  @Test("every certificate in the CA file is a trust anchor, even the server's own, as in Go")
  func serverCertificateAsAnchor() async throws {
    let own = ["--certificate-authority", certificates.server.certificate]
    // It is a trust anchor only for itself.
    expectRefusal(
      try await run(certificates.wrongHost, own), "has a certificate from an unknown issuer")
    try plugin.expectCredential(try await plugin.run(plugin.flags + own))
    // It must still be valid.
    for (certificate, words) in [
      (certificates.expired, "has an expired certificate"),
      (certificates.wrongHost, "has a certificate for another name"),
      (certificates.noSAN, "without a host name in its subject alternative name"),
    ] {
      let anchor = ["--certificate-authority", certificate.certificate]
      let result = try await run(certificate, anchor)
      #expect(result.ending == .exit(4))
      #expect(result.errors.contains(words), "\(result.errors)")
    }
    #expect(plugin.site.dex.tokenRequests == 1)
  }

  @Test("TLS 1.1 is rejected, even with an OPENSSL_CONF that allows it")
  func oldTLS() async throws {
    let configuration = try plugin.directory.write(
      """
      openssl_conf = start
      [start]
      ssl_conf = ssl
      [ssl]
      system_default = weak
      [weak]
      MinProtocol = TLSv1
      CipherString = ALL:@SECLEVEL=0

      """, to: "openssl.cnf")
    for environment in [[:], ["OPENSSL_CONF": configuration]] {
      expectRefusal(
        try await run(certificates.server, protocols: "TLSv1.1", nil, environment),
        "supports only TLS older than 1.2")
    }
    // The TLS version is the only reason for the failure.
    let result = try await run(certificates.server, protocols: "TLSv1.2")
    #expect(result.ending == .exit(6), "\(result.errors)")
  }

  @Test("a port without TLS is named in the message")
  func plainPort() async throws {
    let plain = try TLSFront(
      upstream: plugin.site.dex.server.port, certificate: certificates.server, isPlain: true)
    expectRefusal(
      try await plugin.run(plugin.flags("--issuer", plain.url + "/dex") + authority),
      "does not speak TLS on that port")
  }

  @Test("a server that requires a client certificate is named in the message")
  func clientCertificate() async throws {
    let front = try TLSFront(
      upstream: plugin.site.dex.server.port, certificate: certificates.server,
      clients: certificates.authority)
    expectRefusal(
      try await plugin.run(plugin.flags("--issuer", front.url + "/dex") + authority),
      "127.0.0.1:\(front.port) requires a client certificate")
  }

  @Test("an upper-case scheme and an abbreviated loopback address are accepted")
  func unusualAddresses() async throws {
    let url = plugin.site.dex.tokenURL
    for odd in [url.replacing("https:", with: "HTTPS:"), url.replacing("127.0.0.1", with: "127.1")]
    {
      try plugin.expectCredential(
        try await plugin.run(["--token-url", odd] + plugin.flags.dropFirst(2) + authority))
    }
  }

  @Test("SSLKEYLOGFILE is ignored")
  func noKeyLog() async throws {
    let log = plugin.directory.path("keys.log")
    let result = try await plugin.run(plugin.flags + authority, ["SSLKEYLOGFILE": log])
    try plugin.expectCredential(result)
    #expect(!FileManager.default.fileExists(atPath: log))
  }

  @Test("--insecure-skip-tls-verify accepts any certificate, with a warning")
  func skipVerify() async throws {
    let flag = ["--insecure-skip-tls-verify"]
    try plugin.expectCredential(
      try await plugin.run(plugin.flags + flag),
      warning: "--insecure-skip-tls-verify is on: anyone between here and 127.0.0.1 can read "
        + "the token")
    for certificate in [certificates.expired, certificates.wrongHost, certificates.untrustedCA] {
      // The connection is accepted; the run fails later, because the token has another issuer.
      #expect(try await run(certificate, flag).ending == .exit(6))
    }
  }

  @Test("SSL_CERT_FILE and SSL_CERT_DIR set the system's trust store")
  func systemTrustVariables() async throws {
    for environment in [
      ["SSL_CERT_FILE": certificates.authority.certificate],
      ["SSL_CERT_DIR": try hashedDirectory(certificates.authority)],
      ["SSL_CERT_DIR": "/nowhere:" + (try hashedDirectory(certificates.authority))],
      ["SSL_CERT_FILE": "/nowhere", "SSL_CERT_DIR": try hashedDirectory(certificates.authority)],
    ] {
      try plugin.expectCredential(try await plugin.run(nil, environment))
    }
  }

  @Test("without a trust store, nothing is sent")
  func noTrustStore() async throws {
    let result = try await plugin.run(
      nil, ["SSL_CERT_FILE": "/nowhere/a.crt", "SSL_CERT_DIR": "/nowhere"])
    let port = plugin.site.dexFront?.port ?? 0
    plugin.expectFailure(
      result, 2,
      "nothing was sent to 127.0.0.1:\(port): no trusted certificates found in SSL_CERT_FILE "
        + "/nowhere/a.crt, SSL_CERT_DIR /nowhere",
      hint:
        "pass Dex's CA with --certificate-authority or --certificate-authority-data, or mount a "
        + "CA bundle")
  }

  @Test("a pipe as SSL_CERT_FILE does not block")
  func pipeAsTrustStore() async throws {
    let pipe = plugin.directory.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    let result = try await plugin.run(nil, ["SSL_CERT_FILE": pipe])
    #expect(result.ending == .exit(2))
    #expect(result.errors.contains("no trusted certificates found in SSL_CERT_FILE \(pipe)\n"))
  }

  @Test("certificates that OpenSSL cannot parse are reported")
  func unreadableTrustStore() async throws {
    // A complete DER sequence that is not a certificate.
    let der = Data([0x30, 0x81, 0x80] + [UInt8](repeating: 0, count: 128))
    let text =
      "-----BEGIN CERTIFICATE-----\n\(der.base64EncodedString())\n-----END CERTIFICATE-----\n"
    let file = try plugin.directory.write(text, to: "odd.crt")
    for (flags, environment, words) in [
      (["--certificate-authority", file], [:], "OpenSSL cannot read a CA certificate"),
      (
        [], ["SSL_CERT_FILE": file],
        "OpenSSL cannot read the trusted certificates in SSL_CERT_FILE \(file)\n"
      ),
    ] {
      let result = try await plugin.run(plugin.flags + flags, environment)
      #expect(result.ending == .exit(2))
      #expect(result.errors.contains(words), "\(result.errors)")
    }
  }

  /// Creates a directory like `openssl rehash`.
  private func hashedDirectory(_ authority: TestCertificates.Pair) throws -> String {
    let hash = try ProcessRunner(
      TestBinary.find("openssl") ?? "openssl",
      ["x509", "-hash", "-noout", "-in", authority.certificate]
    ).run().output.trimmingCharacters(in: .whitespacesAndNewlines)
    let text = try String(contentsOfFile: authority.certificate, encoding: .utf8)
    try plugin.directory.write(text, to: "certs/\(hash).0")
    return plugin.directory.path("certs")
  }
}
