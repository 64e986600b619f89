import Encoding
import Glibc
import TokenExchange

/// Resolves host names as glibc does with `hosts: files dns`.
///
/// `/etc/hosts` comes first, then DNS with the search list of `/etc/resolv.conf`. Nothing is
/// cached: each call reads the files and queries the servers.
struct NameResolver: Sendable {
  /// A file's content; empty if it cannot be read.
  var readFile: @Sendable (String) -> [UInt8] = { path in
    (try? FileReader.read(path, limit: 16 << 20)) ?? []
  }
  var hostName: @Sendable () -> String = { currentHostName() }
  var port: UInt16 = 53
  /// Sorts addresses into the order in which to try them.
  var order: @Sendable ([IPAddress]) -> [IPAddress] = { IPAddress.ordered($0) }

  /// Resolves a host name to at least one address, in the order in which to try them.
  ///
  /// If the query for one suffix fails, the search continues: cluster DNS is often not allowed to
  /// resolve a corporate domain in the search list. Each name except the last gets at most four
  /// fifths of the time until the deadline, which is a value of ``DNSClient/now()``.
  func resolve(
    _ host: String, until deadline: Double, observe: (NetworkEvent) -> Void
  ) throws(NameResolutionError) -> [IPAddress] {
    let known = HostsFile.addresses(of: host, in: readFile("/etc/hosts"))
    guard known.isEmpty else {
      observe(.hostsFile(host: host, addresses: known))
      return order(known)
    }
    var configuration = ResolverConfiguration(
      parsing: readFile("/etc/resolv.conf"), hostName: hostName())
    for index in configuration.servers.indices { configuration.servers[index].port = port }
    observe(.resolver(configuration))
    if configuration.rotates {
      let first = Int.random(in: configuration.servers.indices)
      configuration.servers = Array(
        configuration.servers[first...] + configuration.servers[..<first])
    }
    let client = DNSClient(configuration: configuration)
    var lookups: [NameLookup] = []
    let names = configuration.candidates(for: host)
    for (index, name) in names.enumerated() {
      let now = DNSClient.now()
      let isLast = index == names.count - 1
      let end = isLast ? deadline : now + (deadline - now) * 0.8
      guard let lookup = client.lookUp(name, until: end) else { continue }
      observe(.lookup(lookup))
      if !lookup.addresses.isEmpty { return order(lookup.addresses) }
      lookups.append(lookup)
      if DNSClient.now() >= deadline { break }
    }
    throw NameResolutionError(lookups: lookups)
  }

  private static func currentHostName() -> String {
    var system = utsname()
    guard uname(&system) == 0 else { return "" }
    return withUnsafeBytes(of: &system.nodename) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
