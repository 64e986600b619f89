import Foundation
import Glibc

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
    let text = text[..<start].lowercased() + text[start...]
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
    var address = in_addr()
    guard host.first?.isNumber == true, inet_aton(host, &address) == 1 else { return nil }
    return withUnsafeBytes(of: address) { $0.map { "\($0)" }.joined(separator: ".") }
  }

  /// Whether the host is this machine by its very name: such a request is never for a proxy.
  var isLoopback: Bool {
    let name = host.lowercased()
    if name == "localhost" || name == "localhost." || name.hasSuffix(".localhost") { return true }
    // The same reading as libcurl's, which takes `127.1` and `0x7f.1` for what they are.
    var four = in_addr()
    if inet_aton(name, &four) == 1 { return withUnsafeBytes(of: four) { $0[0] == 127 } }
    var six = in6_addr()
    guard inet_pton(AF_INET6, name, &six) == 1 else { return false }
    let bytes = withUnsafeBytes(of: six) { [UInt8]($0) }
    let mapped = bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255])
    return mapped ? bytes[12] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
  }
}
