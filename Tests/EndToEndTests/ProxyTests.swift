import Foundation
import StandIns
import TestSupport
import Testing

/// Requests through a forward proxy, according to tinyproxy's log.
///
/// The host is 0.0.0.0, which reaches this machine, but is not treated as loopback.
@Suite(
  .enabled(if: ForwardProxy.isAvailable, "tinyproxy is not installed: apt-get install tinyproxy"),
  .enabled(if: TLSFront.isAvailable, "nginx is not installed: apt-get install nginx-light"))
struct ProxyTests {
  let plugin: Plugin
  let proxy: ForwardProxy

  init() throws {
    plugin = try Plugin(tls: .dex)
    proxy = try ForwardProxy()
  }

  private var authority: [String] {
    ["--certificate-authority", plugin.site.authorityFile ?? ""]
  }

  /// The flags for a host that is not treated as loopback.
  private var farFlags: [String] {
    let url = plugin.site.dex.issuer.replacing("127.0.0.1", with: "0.0.0.0")
    // With --token-url, the token's issuer may differ.
    return ["--token-url", url + "/token"] + plugin.flags.dropFirst(2) + authority
  }

  private var farPort: Int { plugin.site.dexFront?.port ?? 0 }

  @Test(
    "https requests use the proxy from each variable",
    arguments: ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
  func usesProxy(_ variable: String) async throws {
    let result = try await plugin.run(farFlags, [variable: proxy.url])
    try plugin.expectCredential(result)
    #expect(proxy.requests == ["CONNECT 0.0.0.0:\(farPort)"])
  }

  @Test(
    "hosts in NO_PROXY bypass the proxy", arguments: ["NO_PROXY", "no_proxy"],
    ["0.0.0.0", "example.com,0.0.0.0", "*"])
  func noProxy(_ variable: String, _ value: String) async throws {
    let result = try await plugin.run(farFlags, ["HTTPS_PROXY": proxy.url, variable: value])
    try plugin.expectCredential(result)
    #expect(proxy.requests == [])
  }

  @Test("loopback requests bypass the proxy", arguments: ["127.0.0.1", "localhost"])
  func loopback(_ host: String) async throws {
    let url = plugin.site.dex.issuer.replacing("127.0.0.1", with: host)
    let flags = ["--token-url", url + "/token"] + plugin.flags.dropFirst(2) + authority
    let result = try await plugin.run(
      flags, ["HTTPS_PROXY": proxy.url, "ALL_PROXY": proxy.url])
    try plugin.expectCredential(result)
    #expect(proxy.requests == [])
  }

  @Test("plain http requests bypass the proxy", arguments: ["127.0.0.1", "0.0.0.0"])
  func plainHTTP(_ host: String) async throws {
    let plain = try Plugin()
    let url = plain.site.dex.issuer.replacing("127.0.0.1", with: host)
    let flags = ["--token-url", url + "/token", "--insecure-allow-http"] + plain.flags.dropFirst(2)
    let variables = Dictionary(
      uniqueKeysWithValues: ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"]
        .map { ($0, proxy.url) })
    let result = try await plain.run(flags, variables)
    #expect(result.ending == .exit(0), "\(result.errors)")
    #expect(proxy.requests == [])
  }

  @Test("certificates are also verified through a proxy")
  func verifiesCertificates() async throws {
    let other = plugin.site.certificates?.otherAuthority.certificate ?? ""
    let flags = Array(farFlags.dropLast()) + [other]
    let result = try await plugin.run(flags, ["HTTPS_PROXY": proxy.url])
    #expect(result.ending == .exit(2))
    #expect(result.errors.contains("has a certificate from an unknown issuer"))
    #expect(plugin.site.dex.tokenRequests == 0)
  }

  @Test("the proxy's password is sent, but never printed")
  func proxyPassword() async throws {
    let guarded = try ForwardProxy(login: "someone pass-word-1")
    let good = "http://someone:pass-word-1@127.0.0.1:\(guarded.port)"
    try plugin.expectCredential(try await plugin.run(farFlags, ["HTTPS_PROXY": good]))
    let unusable = [
      "http://someone:pass-word-2@127.0.0.1:\(guarded.port)",
      "http://someone:pass-word-2@127.0.0.1:1", "someone:pass-word-2@proxy.invalid:80",
    ]
    let invalid = [
      "http://someone:pass-word-2@", "http://someone:pass-word-2@[::1",
      "htp://someone:pass-word-2@127.0.0.1",
    ]
    for url in unusable + invalid {
      let result = try await plugin.run(farFlags + ["--verbose"], ["HTTPS_PROXY": url])
      #expect(
        result.ending == .exit(invalid.contains(url) ? 2 : 4), "\(url): \(result.errors)")
      #expect(result.output == "")
      #expect(result.errors.contains("\ntokenxchange: the proxy "), "\(url)")
      #expect(result.errors.contains(" for 0.0.0.0:\(farPort) cannot be used: "), "\(url)")
      #expect(!result.errors.contains("pass-word"), "\(url): \(result.errors)")
    }
  }

  /// Proxy errors must not be attributed to Dex.
  @Test("proxy errors name the proxy")
  func proxyErrors() async throws {
    let certificates = try #require(plugin.site.certificates)
    let dex = plugin.site.dex.server.port
    let untrusted = try TLSFront(upstream: dex, certificate: certificates.untrustedCA)
    let misnamed = try TLSFront(upstream: dex, certificate: certificates.wrongHost)
    let plain = try TLSFront(upstream: dex, certificate: certificates.server, isPlain: true)
    // Each listener accepts one connection.
    let unresponsive = try (0..<3).map { _ in try TimeoutTests.UnresponsiveServer(queue: false) }
    defer { for listener in unresponsive { listener.stop() } }
    let closing = try ["dropped", "reset"].map { name in
      try LoopbackServer { _ in LoopbackResponse(delivery: name == "reset" ? .reset : .dropped) }
    }
    let closed = "it closed the connection without responding to CONNECT"
    for (url, words) in [
      (
        untrusted.url,
        "it has a certificate from an unknown issuer (unable to get local issuer certificate)"
      ),
      (misnamed.url, "it has a certificate for another name"),
      ("https://127.0.0.1:\(plain.port)", "it does not speak TLS on that port"),
      ("https://127.0.0.1:\(unresponsive[0].port)", "the TLS handshake with it timed out"),
      (
        "http://127.0.0.1:\(unresponsive[1].port)",
        "it accepted the connection but did not respond in time"
      ),
      (
        "socks5h://127.0.0.1:\(unresponsive[2].port)",
        "it accepted the connection but did not respond in time"
      ),
      ("http://0.0.0.0:1", "it refused the connection"),
      (closing[0].url, closed), (closing[1].url, closed),
    ] {
      let result = try await plugin.run(farFlags + ["--timeout=1500ms"], ["HTTPS_PROXY": url])
      #expect(result.ending == .exit(4), "\(url)")
      let message = "the proxy \(url) for 0.0.0.0:\(farPort) cannot be used: \(words)"
      #expect(result.errors.contains(message), "\(url): \(result.errors)")
    }
    #expect(plugin.site.dex.tokenRequests == 0)
  }

  @Test("errors behind the proxy name the server")
  func errorsBehindProxy() async throws {
    let unresponsive = try TimeoutTests.UnresponsiveServer(queue: false)
    defer { unresponsive.stop() }
    let result = try await plugin.run(
      ["--token-url=https://0.0.0.0:\(unresponsive.port)/token", "--timeout=1500ms"]
        + plugin.flags.dropFirst(2) + authority, ["HTTPS_PROXY": proxy.url])
    #expect(result.ending == .exit(4))
    #expect(
      result.errors.contains(
        "the TLS handshake with 0.0.0.0:\(unresponsive.port) timed out after 1.5 s"),
      "\(result.errors)")
  }

  @Test("a connection closed after CONNECT is attributed to the proxy or the server")
  func closedTunnel() async throws {
    let closing = try LoopbackServer { _ in
      LoopbackResponse(body: Array("HTTP/1.1 200 OK\r\n\r\n".utf8), delivery: .verbatim)
    }
    let result = try await plugin.run(farFlags, ["HTTPS_PROXY": closing.url])
    #expect(result.ending == .exit(4))
    #expect(
      result.errors.contains(
        "the proxy \(closing.url) for 0.0.0.0:\(farPort) cannot be used: it accepted CONNECT, but"),
      "\(result.errors)")
    #expect(result.errors.contains("(3 attempts)"), "\(result.errors)")
  }

  @Test("--verbose and the doctor show whether a proxy is used, and why")
  func reportsProxyChoice() async throws {
    let url = proxy.url.replacing("http://", with: "http://someone:pass-word-1@")
    for (variables, expected) in [
      (["HTTPS_PROXY": url], "\(proxy.url) from HTTPS_PROXY"),
      (["all_proxy": url], "\(proxy.url) from all_proxy"),
      (
        ["HTTPS_PROXY": url, "no_proxy": "a.test,0.0.0.0/0"],
        "none: no_proxy has the entry 0.0.0.0/0"
      ),
      ([:], "none: HTTPS_PROXY and ALL_PROXY are not set"),
    ] {
      let verbose = try await plugin.run(farFlags + ["--verbose"], variables)
      #expect(verbose.errors.contains(" ms] proxy: \(expected)\n"), "\(verbose.errors)")
      let doctor = try await plugin.run(["doctor", "--verbose"] + farFlags, variables)
      #expect(
        doctor.output.split(separator: "\n").contains { line in
          let words = line.split(separator: " ")
          return words.first == "proxy" && words.dropFirst().joined(separator: " ") == expected
        },
        "\(doctor.output)")
      #expect(!(verbose.errors + doctor.output + doctor.errors).contains("pass-word"))
    }
  }
}
