import Encoding
import Foundation
import TokenExchange

/// The URL of a request, prepared for URLSession and libcurl.
struct Endpoint {
  /// The URL for URLSession.
  var url: URL
  /// The URL for libcurl; nil if it is the same as for URLSession.
  var libcurlURL: String?
  /// Whether the scheme is `http`, so that the request is not encrypted.
  var isPlain: Bool
  /// The host name or address; an IPv6 address without brackets.
  var host: String
  var port: Int

  /// Parses an absolute URL, `http` or `https`.
  init?(_ text: String) {
    // URLSession accepts schemes in lower case only.
    let start = text.firstRange(of: "://")?.lowerBound ?? text.startIndex
    // Appending the Substring itself would cost a search for its conformance.
    let text = text[..<start].lowercased() + String(text[start...])
    guard let url = URL(string: text), let scheme = url.scheme,
      scheme == "http" || scheme == "https",
      let host = url.host, !host.isEmpty
    else { return nil }
    self.url = url
    isPlain = scheme == "http"
    port = url.port ?? (isPlain ? 80 : 443)
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    // URLSession fails if its host differs from libcurl's, which is the case for IPv6 addresses
    // (brackets) and for IPv4 addresses that libcurl normalizes. So it gets a placeholder.
    var shown = "[\(self.host)]"
    if !self.host.contains(":") {
      guard let full = IPAddress(loose: self.host)?.text, full != self.host else { return }
      shown = self.host
      self.host = full
    }
    guard let range = text.firstRange(of: "://" + shown),
      let other = URL(string: text.replacingCharacters(in: range, with: "://address.invalid"))
    else { return nil }
    libcurlURL = text
    self.url = other
  }

  /// Whether the host is a loopback address or name; such a request never goes through a proxy.
  var isLoopback: Bool { EndpointURL.isLoopback(host) }
}
