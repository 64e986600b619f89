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

  /// Reads a URL.
  ///
  /// - Parameter text: An absolute URL, `http` or `https`.
  init?(_ text: String) {
    guard let url = URL(string: text), let scheme = url.scheme?.lowercased(),
      scheme == "http" || scheme == "https", let host = url.host, !host.isEmpty
    else { return nil }
    self.url = url
    isPlain = scheme == "http"
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    // URLSession compares the host without brackets to libcurl's with, and gives up.
    guard self.host.contains(":") else { return }
    guard let start = text.firstIndex(of: "["), let end = text.firstIndex(of: "]"), start < end,
      text[text.index(after: start)..<end] == self.host,
      let other = URL(string: text.replacingCharacters(in: start...end, with: "ipv6.invalid"))
    else { return nil }
    trueURL = text
    self.url = other
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
