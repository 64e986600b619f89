import TestSupport

/// The DNS stand-in's reply to the queries that match.
package struct DNSRule: Sendable {
  package struct Reply: Sendable {
    /// The response code; nil for no reply at all.
    var code: UInt8?
    /// The CNAME chain, starting at the requested name.
    var aliases: [String] = []
    /// The addresses; only those of the requested type are sent.
    var addresses: [String] = []
    /// Seconds before it is sent.
    var delay = 0.0
    /// Whether the UDP reply is truncated (TC), so that the client repeats the query over TCP.
    var isTruncated = false
    /// Whether the server reports that recursion is not available.
    var isReferral = false
    /// Whether the last bytes of the message are missing.
    var isShortened = false

    package static func addresses(_ addresses: String..., aliases: [String] = []) -> Reply {
      Reply(code: 0, aliases: aliases, addresses: addresses)
    }
    package static let noSuchName = Reply(code: 3)
    /// The name exists without an address.
    package static let noRecord = Reply(code: 0)
    package static let serverFailure = Reply(code: 2)
    package static let refused = Reply(code: 5)
    package static let lost = Reply(code: nil)
    /// A referral to other servers.
    package static let referral = Reply(code: 0, isReferral: true)

    /// The same reply, delayed by seconds.
    package func after(_ seconds: Double) -> Reply { changed { $0.delay = seconds } }
    /// The same reply, too large for UDP.
    package var truncated: Reply { changed { $0.isTruncated = true } }
    /// The same reply without its last bytes.
    package var shortened: Reply { changed { $0.isShortened = true } }

    private func changed(_ change: (inout Reply) -> Void) -> Reply {
      var copy = self
      change(&copy)
      return copy
    }
  }

  private let pattern: String
  private let type: String?
  let reply: Reply

  /// The pattern is a name, `*.corp.example` for every name below that one, or `*`.
  package init(_ pattern: String, _ reply: Reply) {
    (self.pattern, type, self.reply) = (pattern, nil, reply)
  }

  /// Replies to queries of one type, `A` or `AAAA`.
  package init(_ pattern: String, _ type: String, _ reply: Reply) {
    (self.pattern, self.type, self.reply) = (pattern, type, reply)
  }

  func matches(_ name: String, _ type: String) -> Bool {
    guard self.type == nil || self.type == type else { return false }
    if pattern == "*" || pattern == name { return true }
    return pattern.hasPrefix("*.") && name.hasSuffix(pattern.dropFirst())
  }
}
