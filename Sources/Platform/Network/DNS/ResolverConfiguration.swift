import Encoding
import TokenExchange

/// The settings of `/etc/resolv.conf`, with glibc's rules and limits (resolv.conf(5)).
package struct ResolverConfiguration: Sendable, Equatable {
  /// A name server.
  package struct Server: Sendable, Equatable {
    /// An IPv4 or IPv6 address; a link-local one may carry a zone, as in `fe80::1%eth0`.
    package var address: String
    package var port: UInt16 = 53
  }

  /// The name servers in the order in which they are tried; at most three.
  package var servers: [Server] = []
  /// The suffixes to try.
  package var search: [String] = []
  /// Names with fewer dots are tried with the suffixes first.
  package var ndots = 1
  /// Seconds to wait for one server before trying the next.
  package var timeout = 5
  /// How many times to try the list of servers.
  package var attempts = 2
  /// Whether to start with a random server.
  package var rotates = false
  /// Whether to send all queries by TCP.
  package var usesTCP = false
  /// Whether to skip IPv6 addresses.
  package var skipsIPv6 = false

  /// Parses the file, which may be empty; without `search` and `domain`, the part of this machine's
  /// host name after its first dot is the only suffix.
  init(parsing file: [UInt8], hostName: String = "") {
    var isSearchSet = false
    for line in file.split(separator: UInt8(ascii: "\n")) {
      guard line.first != UInt8(ascii: "#"), line.first != UInt8(ascii: ";") else { continue }
      let words = line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        .map { String(decoding: $0, as: UTF8.self) }
      // A keyword must be at the start of its line.
      guard words.count > 1, line.first != 0x20, line.first != 0x09 else { continue }
      switch words[0] {
      case "nameserver" where servers.count < Self.maximumServers && Self.isServer(words[1]):
        servers.append(Server(address: words[1]))
      case "domain":
        search = [words[1]]
        isSearchSet = true
      case "search":
        search = Array(words.dropFirst())
        isSearchSet = true
      case "options":
        for option in words.dropFirst() { set(option) }
      default: break
      }
    }
    if servers.isEmpty { servers = [Server(address: "127.0.0.1")] }
    if !isSearchSet, let dot = hostName.firstIndex(of: ".") {
      search = [String(hostName[hostName.index(after: dot)...])]
    }
    search = search.map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
  }

  /// The names to look up for a host, in order and without trailing dots.
  func candidates(for host: String) -> [String] {
    if host.hasSuffix(".") { return [String(host.dropLast())] }
    let dots = host.utf8.count { $0 == UInt8(ascii: ".") }
    let suffixed = search.map { $0.isEmpty ? host : host + "." + $0 }
    let names = dots >= ndots ? [host] + suffixed : suffixed + [host]
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  private mutating func set(_ option: String) {
    let parts = option.split(separator: ":", maxSplits: 1)
    let number = parts.count == 2 ? Int(parts[1]).map { max($0, 0) } : nil
    switch (parts.first, number) {
    case ("ndots", let number?): ndots = min(number, 15)
    case ("timeout", let number?): timeout = max(1, min(number, 30))
    case ("attempts", let number?): attempts = max(1, min(number, 5))
    default: break
    }
    switch option {
    case "rotate": rotates = true
    case "use-vc": usesTCP = true
    case "no-aaaa": skipsIPv6 = true
    default: break
    }
  }

  private static let maximumServers = 3

  private static func isServer(_ text: String) -> Bool {
    IPAddress(loose: String(text.prefix { $0 != "%" })) != nil
  }
}

extension ResolverConfiguration {
  /// The servers, the search list and the options that differ from their defaults, on one line.
  package var text: String {
    let defaults = ResolverConfiguration(parsing: [])
    var options: [String] = []
    if ndots != defaults.ndots { options.append("ndots:\(ndots)") }
    if timeout != defaults.timeout { options.append("timeout:\(timeout)") }
    if attempts != defaults.attempts { options.append("attempts:\(attempts)") }
    if rotates { options.append("rotate") }
    if usesTCP { options.append("use-vc") }
    if skipsIPv6 { options.append("no-aaaa") }
    let parts =
      ["nameserver " + servers.map(\.address).joined(separator: " ")]
      + (search.isEmpty ? ["no search list"] : ["search " + search.joined(separator: " ")])
      + (options.isEmpty ? [] : ["options " + options.joined(separator: " ")])
    return parts.joined(separator: "; ")
  }
}
