import Encoding
import TokenExchange

/// The URL of a proxy, such as the value of `HTTPS_PROXY`.
package struct ProxyURL: Sendable, Equatable {
  /// `http`, `https`, `socks4a` or `socks5h`: the proxy resolves the server's name.
  package var scheme: String
  /// User and password, percent-encoded as in the URL; nil if there are none.
  package var user: String?
  /// The host, without the brackets of an IPv6 address.
  package var host: String
  package var port: Int

  /// Parses `URL` or `HOST[:PORT]`, which means `http`; nil if the text has another form.
  init?(_ text: String) {
    let start = text.firstRange(of: "://")
    let given = start.map { text[..<$0.lowerBound].lowercased() } ?? "http"
    guard let scheme = Self.schemes[given] else { return nil }
    let rest = text[(start?.upperBound ?? text.startIndex)...]
    let authority = rest.prefix { !"/?#".contains($0) }
    let at = authority.lastIndex(of: "@")
    let address = at.map { authority[authority.index(after: $0)...] } ?? authority
    guard let (host, port) = Self.split(address) else { return nil }
    self.scheme = scheme.name
    self.host = host
    self.port = port ?? scheme.port
    user = at.map { String(authority[..<$0]) }
  }

  /// Whether the protocol is SOCKS and not HTTP.
  package var isSOCKS: Bool { scheme.hasPrefix("socks") }

  /// The URL for libcurl.
  var url: String { "\(scheme)://\(user.map { $0 + "@" } ?? "")\(hostAndPort)" }

  /// The URL for messages: without user and password.
  package var text: String { "\(scheme)://\(hostAndPort)" }

  private var hostAndPort: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

  // The default ports are Go's.
  private static let schemes = [
    "http": (name: "http", port: 80), "https": (name: "https", port: 443),
    "socks5": (name: "socks5h", port: 1080), "socks5h": (name: "socks5h", port: 1080),
    "socks4": (name: "socks4a", port: 1080), "socks4a": (name: "socks4a", port: 1080),
  ]

  private static func split(_ address: Substring) -> (host: String, port: Int?)? {
    var host = address
    var port: Substring?
    if let colon = address.lastIndex(of: ":"), !address.hasSuffix("]") {
      host = address[..<colon]
      port = address[address.index(after: colon)...]
    }
    if host.hasPrefix("[") {
      guard host.hasSuffix("]"), IPAddress(String(host.dropFirst().dropLast()))?.isIPv6 == true
      else { return nil }
      host = host.dropFirst().dropLast()
    } else {
      guard !host.isEmpty,
        host.utf8.allSatisfy({ $0.isASCIIAlphanumeric || ".-_".utf8.contains($0) })
      else { return nil }
    }
    guard let port, !port.isEmpty else { return (String(host), nil) }
    guard port.utf8.allSatisfy(\.isASCIIDigit), let number = Int(port),
      (1...65_535).contains(number)
    else { return nil }
    return (String(host), number)
  }
}
