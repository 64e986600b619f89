import Encoding
import TokenExchange

/// Whether a request goes through a proxy, and why.
package enum ProxyRoute: Sendable, Equatable {
  /// Why there is no proxy.
  package enum Reason: Sendable, Equatable {
    /// The proxy could read the token in a plain http request.
    case plainHTTP
    /// The host is a loopback address or name.
    case loopback
    /// No variable names a proxy.
    case noneSet
    /// An entry of `NO_PROXY` matches the host.
    case excluded(entry: String, variable: String)
  }

  case direct(Reason)
  case proxy(ProxyURL, variable: String)
  /// The value of the variable is not the URL of a proxy.
  case invalid(variable: String)

  /// The proxy, if there is one.
  package var proxy: ProxyURL? {
    if case .proxy(let proxy, _) = self { proxy } else { nil }
  }

  /// The proxy of a kubeconfig's cluster.
  init(proxyURL: String) {
    let name = "proxy-url"
    self = ProxyURL(proxyURL).map { .proxy($0, variable: name) } ?? .invalid(variable: name)
  }

  /// Selects the proxy by the same rules as Go's `httpproxy` package.
  ///
  /// `HTTPS_PROXY` and `NO_PROXY` take precedence over their lower-case forms. Unlike in Go,
  /// `ALL_PROXY` is used if `HTTPS_PROXY` is not set, and plain http never goes through a proxy.
  init(to endpoint: Endpoint, variables: [String: String]) {
    func first(_ names: String...) -> (variable: String, value: String)? {
      for name in names {
        if let value = variables[name], !value.isEmpty { return (name, value) }
      }
      return nil
    }
    let named = first("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
    guard let named else {
      self = .direct(.noneSet)
      return
    }
    if endpoint.isLoopback {
      self = .direct(.loopback)
    } else if endpoint.isPlain {
      self = .direct(.plainHTTP)
    } else if let list = first("NO_PROXY", "no_proxy"),
      let entry = NoProxyList.entry(for: endpoint.host, port: endpoint.port, in: list.value)
    {
      self = .direct(.excluded(entry: entry, variable: list.variable))
    } else {
      self =
        ProxyURL(named.value).map { .proxy($0, variable: named.variable) }
        ?? .invalid(variable: named.variable)
    }
  }
}

/// The entries of `NO_PROXY`, with the rules of golang.org/x/net/http/httpproxy.
enum NoProxyList {
  /// Finds the entry that excludes a host.
  ///
  /// Entries are separated by commas. `*` matches all hosts; `1.2.3.4` and `10.0.0.0/8` match
  /// addresses; `example.test` matches that name and its subdomains, `.example.test` and
  /// `*.example.test` only the subdomains. Entries other than `*` and CIDR blocks may end in
  /// `:PORT`.
  static func entry(for host: String, port: Int, in list: String) -> String? {
    let host = host.lowercased()
    let address = IPAddress(host)
    let entries = list.split(separator: ",").map { $0.trimmingWhitespace().lowercased() }
    // If one entry is `*`, the others are ignored.
    if entries.contains("*") { return "*" }
    return entries.first { entry in
      if let block = CIDRBlock(entry) { return address.map(block.contains) ?? false }
      let (name, only) = split(entry)
      guard only.isEmpty || only == String(port) else { return false }
      if let excluded = IPAddress(String(name)) { return excluded == address }
      guard address == nil, !name.isEmpty else { return false }
      if name.hasPrefix(".") { return host.hasSuffix(name) }
      if name.hasPrefix("*.") { return host.hasSuffix(name.dropFirst()) }
      return host == name || host.hasSuffix("." + name)
    }
  }

  /// Splits `HOST[:PORT]`; an IPv6 address has brackets only if a port follows.
  private static func split(_ entry: String) -> (name: Substring, port: Substring) {
    guard let colon = entry.lastIndex(of: ":"), !entry.hasSuffix("]") else {
      return (entry[...], "")
    }
    let name = entry[..<colon]
    let port = entry[entry.index(after: colon)...]
    if name.hasPrefix("["), name.hasSuffix("]") { return (name.dropFirst().dropLast(), port) }
    return name.contains(":") ? (entry[...], "") : (name, port)
  }
}

/// A range of addresses, such as `10.0.0.0/8`.
struct CIDRBlock: Sendable, Equatable {
  private let address: IPAddress
  private let length: Int

  /// Parses `ADDRESS/BITS`; nil if the text has another form.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(String(parts[0])), let length = Int(parts[1]),
      parts[1].utf8.allSatisfy(\.isASCIIDigit)
    else { return nil }
    // An IPv4-mapped address is stored as IPv4, but its prefix length counts the IPv6 bits.
    let isMapped = parts[0].contains(":") && !address.isIPv6
    let bits = isMapped ? length - 96 : length
    guard (0...address.bytes.count * 8).contains(bits) else { return nil }
    self.address = address
    self.length = bits
  }

  func contains(_ other: IPAddress) -> Bool {
    guard other.bytes.count == address.bytes.count else { return false }
    for (index, bytes) in zip(address.bytes, other.bytes).enumerated() {
      let bits = length - index * 8
      guard bits > 0 else { return true }
      let mask = bits >= 8 ? 0xFF : UInt8(truncatingIfNeeded: 0xFF << (8 - bits))
      guard bytes.0 & mask == bytes.1 & mask else { return false }
    }
    return true
  }
}
