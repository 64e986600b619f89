import Encoding
import Foundation
import TokenExchange

/// What must be known about a URL before a request goes to it.
struct Endpoint {
  /// The URL for URLSession.
  var url: URL
  /// The URL for libcurl, where URLSession must be given another.
  var trueURL: String?
  /// Whether it is `http`, where anybody on the way can read along.
  var isPlain: Bool
  /// The host's name or address, an IPv6 address without its brackets.
  var host: String
  /// The port, also where it is the scheme's own.
  var port: Int

  /// Reads a URL.
  ///
  /// - Parameter text: An absolute URL, `http` or `https`.
  init?(_ text: String) {
    // URLSession knows a scheme in small letters only.
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
    // URLSession compares the host to libcurl's, and gives up where they differ: an IPv6 address,
    // which one has in brackets and the other has not, and an IPv4 address that libcurl writes anew.
    var shown = "[\(self.host)]"
    if !self.host.contains(":") {
      guard let full = Self.fullAddress(self.host), full != self.host else { return }
      shown = self.host
      self.host = full
    }
    guard let place = text.firstRange(of: "://" + shown),
      let other = URL(string: text.replacingCharacters(in: place, with: "://address.invalid"))
    else { return nil }
    trueURL = text
    self.url = other
  }

  /// An IPv4 address in full, such as 127.0.0.1 for `127.1`; nil if it is none.
  private static func fullAddress(_ host: String) -> String? {
    IPAddress(loose: host)?.text
  }

  /// Whether the host is this machine itself: such a request never goes through a proxy.
  var isLoopback: Bool { EndpointURL.isLoopback(host) }
}
