import Foundation
import TestSupport
import Testing

@testable import Platform

/// The URLs for URLSession and libcurl.
struct EndpointTests {
  struct Parts: Equatable, Sendable {
    var url: String
    var libcurlURL: String?
    var host: String
    var port: Int
    var isLoopback = false
  }

  @Test(
    "URLs are converted for URLSession and libcurl",
    arguments: [
      Row(
        "https", "https://dex.example/dex",
        Parts(url: "https://dex.example/dex", host: "dex.example", port: 443)),
      Row(
        "scheme in upper case", "HTTPS://Dex.example/A",
        Parts(url: "https://Dex.example/A", host: "Dex.example", port: 443)),
      Row(
        "http", "http://localhost/",
        Parts(url: "http://localhost/", host: "localhost", port: 80, isLoopback: true)),
      Row(
        "port", "https://127.0.0.1:1/",
        Parts(url: "https://127.0.0.1:1/", host: "127.0.0.1", port: 1, isLoopback: true)),
      Row(
        "abbreviated IPv4 address", "https://127.1:1/t",
        Parts(
          url: "https://address.invalid:1/t", libcurlURL: "https://127.1:1/t", host: "127.0.0.1",
          port: 1,
          isLoopback: true)),
      Row(
        "IPv4 address as a number", "https://0/",
        Parts(url: "https://address.invalid/", libcurlURL: "https://0/", host: "0.0.0.0", port: 443)
      ),
      Row(
        "IPv6 address", "HTTPS://[::1]:1/",
        Parts(
          url: "https://address.invalid:1/", libcurlURL: "https://[::1]:1/", host: "::1", port: 1,
          isLoopback: true)),
      Row(
        "host name that begins with a digit", "https://1.example/",
        Parts(url: "https://1.example/", host: "1.example", port: 443)),
    ])
  func parses(_ row: Row<String, Parts>) throws {
    let endpoint = try #require(Endpoint(row.input))
    #expect(
      Parts(
        url: endpoint.url.absoluteString, libcurlURL: endpoint.libcurlURL, host: endpoint.host,
        port: endpoint.port, isLoopback: endpoint.isLoopback) == row.output)
  }

  @Test("invalid URLs are rejected", arguments: ["ftp://x/", "https://", "https:///x", "x", ""])
  func rejects(_ text: String) {
    #expect(Endpoint(text) == nil)
  }
}
