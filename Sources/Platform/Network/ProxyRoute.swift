import Encoding
import TokenExchange

/// Whether a request goes through a proxy, and why.
package enum ProxyRoute: Sendable, Equatable {
  /// Why there is no proxy.
  package enum Reason: Sendable, Equatable {
    /// Plain http would show the token to the proxy.
    case plainHTTP
    /// The host is this machine.
    case loopback
    /// No variable names a proxy.
    case noneSet
    /// An entry of `NO_PROXY` matches the host.
    case excluded(entry: String, variable: String)
  }

  case direct(Reason)
  case proxy(ProxyURL, variable: String)
  /// The variable does not hold the address of a proxy.
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

  /// Decides as Go's `httpproxy` package does, by the variables as they were at the start.
  ///
  /// `HTTPS_PROXY` and `NO_PROXY` come before their lower-case forms. Beyond Go, `ALL_PROXY` names
  /// the proxy where neither form of `HTTPS_PROXY` is set; plain http never goes through a proxy.
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

/// The value of `NO_PROXY`, by the rules of golang.org/x/net/http/httpproxy.
enum NoProxyList {
  /// Finds the entry that excludes a host.
  ///
  /// Entries are separated by commas. `*` matches all; `1.2.3.4` and `10.0.0.0/8` match addresses;
  /// `example.test` matches that name and those below it, `.example.test` and `*.example.test` only
  /// those below it. All but `*` and CIDR blocks may end in `:PORT`.
  static func entry(for host: String, port: Int, in list: String) -> String? {
    let host = host.lowercased()
    let address = IPAddress(host)
    let entries = list.split(separator: ",").map { trimmed($0).lowercased() }
    // Where one entry is `*`, no other one counts.
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

  /// Splits `HOST:PORT`, where the port may be missing; an IPv6 address has brackets if, and only
  /// if, a port follows.
  private static func split(_ entry: String) -> (name: Substring, port: Substring) {
    guard let colon = entry.lastIndex(of: ":"), !entry.hasSuffix("]") else {
      return (entry[...], "")
    }
    let name = entry[..<colon]
    let port = entry[entry.index(after: colon)...]
    if name.hasPrefix("["), name.hasSuffix("]") { return (name.dropFirst().dropLast(), port) }
    return name.contains(":") ? (entry[...], "") : (name, port)
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}

/// A range of addresses, such as `10.0.0.0/8`.
struct CIDRBlock: Sendable, Equatable {
  private let address: IPAddress
  private let length: Int

  /// Reads `ADDRESS/BITS`; nil for anything else.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(String(parts[0])), let length = Int(parts[1]),
      parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    // An IPv4-mapped address is kept as IPv4, but its length counts from the start of IPv6.
    let isMapped = parts[0].contains(":") && !address.isSix
    let bits = isMapped ? length - 96 : length
    guard (0...address.bytes.count * 8).contains(bits) else { return nil }
    self.address = address
    self.length = bits
  }

  /// Whether an address is in it.
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
