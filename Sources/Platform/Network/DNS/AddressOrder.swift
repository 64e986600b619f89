import Encoding
import Glibc
import TokenExchange

extension IPAddress {
  /// Sorts addresses into the order in which to try them (RFC 6724, rules 1 and 6).
  ///
  /// Reachable addresses come first, then those with a higher precedence. The sort is stable.
  static func ordered(
    _ addresses: [IPAddress], hasRoute: (IPAddress) -> Bool = \.hasRoute
  ) -> [IPAddress] {
    guard addresses.contains(where: \.isIPv6), addresses.count > 1 else { return addresses }
    return addresses.enumerated().map { index, address in
      (address: address, rank: (hasRoute(address) ? 0 : 1, -address.precedence, index))
    }.sorted { $0.rank < $1.rank }.map(\.address)
  }

  /// The default policy table of RFC 6724, section 2.1.
  private var precedence: Int {
    guard isIPv6 else { return 35 }
    if isLoopback { return 50 }
    switch (bytes[0], bytes[1]) {
    case (0x20, 0x02): return 30
    case (0x20, 0x01) where bytes[2] == 0 && bytes[3] == 0: return 5
    case (0xFC...0xFD, _): return 3
    case (0xFE, 0xC0...0xFF), (0x3F, 0xFE): return 1
    default: return bytes.prefix(12).allSatisfy { $0 == 0 } ? 1 : 40
    }
  }

  /// Whether there is a route to this address; connecting a UDP socket sends nothing.
  private var hasRoute: Bool {
    let server = ResolverConfiguration.Server(address: text)
    guard let socket = try? DNSSocket(to: server, isTCP: false, query: []) else { return false }
    socket.close()
    return true
  }
}
