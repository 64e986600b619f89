import Foundation
import StandIns
import TestSupport
import Testing

/// A Dex behind an nginx that requires a client certificate.
@Suite(
  "Client certificate",
  .enabled(if: TLSFront.isAvailable, "nginx is not installed: apt-get install nginx-light"))
struct ClientCertificateTests {
  private let plugin: Plugin
  private let certificates: TestCertificates
  private let front: TLSFront

  init() throws {
    plugin = try Plugin()
    certificates = try TestCertificates.shared
    front = try TLSFront(
      upstream: plugin.site.dex.server.port, certificate: certificates.server,
      clients: certificates.authority)
    plugin.site.dex.update { [url = front.url] in $0.issuer = url + "/dex" }
  }

  private var flags: [String] {
    plugin.flags("--issuer", front.url + "/dex") + [
      "--certificate-authority", certificates.authority.certificate,
    ]
  }

  private func pair(_ certificate: String, _ key: String) -> [String] {
    ["--client-certificate", certificate, "--client-key", key]
  }

  @Test("the certificate is presented, and a token is issued")
  func exchanges() async throws {
    let client = certificates.client
    try plugin.expectCredential(
      try await plugin.run(flags + pair(client.certificate, client.key)))
    let byVariables = try await plugin.run(
      flags,
      [
        "TOKENXCHANGE_CLIENT_CERTIFICATE": client.certificate,
        "TOKENXCHANGE_CLIENT_KEY": client.key,
      ])
    try plugin.expectCredential(byVariables)
  }

  @Test("sidecar --once presents the certificate")
  func sidecar() async throws {
    let client = certificates.client
    let file = plugin.directory.path("out")
    let result = try await plugin.run(
      ["sidecar", "--once", "--write", file] + flags + pair(client.certificate, client.key))
    #expect(result.ending == .exit(0), "\(result.errors)")
    try FileManager.default.removeItem(atPath: file)
  }

  @Test(
    "login presents the certificate for the sign-in and for the refresh",
    .enabled(if: LoginFixture.hasTerminals, "script(1) is not installed: apt-get install bsdutils"))
  func login() async throws {
    let fixture = try LoginFixture(tokenLifetime: 5)
    let front = try TLSFront(
      upstream: fixture.dex.server.port, certificate: certificates.server,
      clients: certificates.authority)
    fixture.dex.update { $0.issuer = front.url + "/dex" }
    let issuer = "--issuer=\(front.url)/dex"
    let authority = ["TOKENXCHANGE_CERTIFICATE_AUTHORITY": certificates.authority.certificate]
    let variables = authority.merging([
      "TOKENXCHANGE_CLIENT_CERTIFICATE": certificates.client.certificate,
      "TOKENXCHANGE_CLIENT_KEY": certificates.client.key,
    ]) { $1 }
    let running = try fixture.onTerminal(issuer, "--no-browser", environment: variables).start()
    try await fixture.approve()
    #expect(await running.result.code == 0)
    try await Task.sleep(for: .seconds(5.1))
    let refreshed = try await fixture.plain(issuer, environment: variables).result()
    #expect(refreshed.token != nil, "\(refreshed.errors)")
    #expect(fixture.refreshes == 1)

    let without = try await fixture.onTerminal(
      issuer, "--no-browser", "--connector-id=mock", environment: authority
    ).result()
    #expect(without.code == 4)
    #expect(without.output.contains("127.0.0.1:\(front.port) requires a client certificate"))
  }

  @Test("without a certificate, the server's requirement is reported")
  func missing() async throws {
    let result = try await plugin.run(flags)
    plugin.expectFailure(
      result, 4, "127.0.0.1:\(front.port) requires a client certificate",
      hint: "pass --client-certificate and --client-key, or another certificate if it rejects "
        + "yours")
  }

  @Test("a certificate from another CA is reported in the same way")
  func stranger() async throws {
    let result = try await plugin.run(
      flags + pair(certificates.untrustedCA.certificate, certificates.untrustedCA.key))
    plugin.expectFailure(
      result, 4, "127.0.0.1:\(front.port) requires a client certificate",
      hint: "pass --client-certificate and --client-key, or another certificate if it rejects "
        + "yours")
  }

  @Test("a key for another certificate is reported before anything is sent")
  func mismatch() async throws {
    let key = certificates.server.key
    let result = try await plugin.run(flags + pair(certificates.client.certificate, key))
    plugin.expectFailure(
      result, 2,
      "the private key in --client-key \(key) does not belong to the certificate in "
        + "--client-certificate \(certificates.client.certificate)",
      hint: "the client's own certificate must come first; were the two files renewed together?")
    #expect(plugin.site.dex.server.requests.isEmpty)
  }

  @Test("an encrypted key is reported, without a password prompt")
  func encrypted() async throws {
    let file = plugin.directory.path("encrypted.key")
    let made = try ProcessRunner(
      TestBinary.find("openssl") ?? "openssl",
      [
        "pkey", "-in", certificates.client.key, "-aes256", "-passout", "pass:secret", "-out", file,
      ]
    ).run()
    #expect(made.code == 0)
    let result = try await plugin.run(
      flags + pair(certificates.client.certificate, file), stdin: Array("secret\n".utf8))
    plugin.expectFailure(
      result, 2, "the private key in --client-key DIR/encrypted.key is encrypted with a password",
      hint: "decrypt it, and restrict the mode of the file: openssl pkey -in FILE -out client.key")
  }

  @Test("a key that is passed instead of its path is not shown")
  func keyAsPath() async throws {
    let key = try String(contentsOfFile: certificates.client.key, encoding: .utf8)
    for more in [[], ["--verbose"]] {
      let result = try await plugin.run(
        flags + pair(certificates.client.certificate, key) + more)
      #expect(result.ending == .exit(2))
      let line = try #require(key.split(separator: "\n").dropFirst().first)
      #expect(!result.errors.contains(line.prefix(20)), "\(result.errors)")
      #expect(!result.errors.contains("PRIVATE KEY"))
    }
  }

  @Test("a file without a key and a missing second option are reported")
  func noKey() async throws {
    let certificate = certificates.client.certificate
    let noKey = try await plugin.run(flags + pair(certificate, certificate))
    plugin.expectFailure(
      noKey, 2, "--client-key \(certificate) contains no private key that OpenSSL can read",
      hint: "expected PEM with -----BEGIN PRIVATE KEY-----, or an older form for RSA or EC")
    let alone = try await plugin.run(flags + ["--client-certificate", certificate])
    #expect(alone.ending == .exit(2))
    #expect(alone.errors.hasPrefix("tokenxchange: missing required option: --client-key\n"))
  }

  @Test("the doctor's connection step shows the certificate's expiry")
  func doctor() async throws {
    let client = certificates.client
    let result = try await plugin.run(
      ["doctor", "--output=json"] + flags + pair(client.certificate, client.key))
    let steps = try JSONValue(parsing: result.stdout)["steps"]?.array
    let step = try #require(steps?.first { $0["name"] == "connection" })
    #expect(step["status"] == "ok")
    let text = step["facts"]?["client certificate"]?.string ?? ""
    #expect(
      text.wholeMatch(of: /expires \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, in (19|20) d.*/) != nil,
      "\(text) \(result.output)")
  }
}
