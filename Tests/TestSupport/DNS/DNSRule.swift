/// What the DNS stand-in does with some queries.
public struct DNSRule: Sendable {
  /// A reply to a query.
  public struct Reply: Sendable {
    /// The response code; nil for no reply at all.
    public var code: Int?
    /// The names that lead to the records, from the one that was asked for.
    public var aliases: [String] = []
    /// The addresses; those of the type that was asked for are sent.
    public var addresses: [String] = []
    /// Seconds before it is sent.
    public var delay = 0.0
    /// Whether a datagram carries no records and says so, so that the rest is asked for by TCP.
    public var isTruncated = false
    /// Whether the server says that it does not ask other servers.
    public var isReferral = false
    /// Whether the message breaks off.
    public var isCut = false

    /// The addresses of a name.
    public static func addresses(_ addresses: String..., aliases: [String] = []) -> Reply {
      Reply(code: 0, aliases: aliases, addresses: addresses)
    }
    /// The name does not exist.
    public static let noSuchName = Reply(code: 3)
    /// The name exists without an address.
    public static let noRecord = Reply(code: 0)
    /// SERVFAIL.
    public static let serverFailure = Reply(code: 2)
    /// REFUSED.
    public static let refused = Reply(code: 5)
    /// No reply.
    public static let lost = Reply(code: nil)
    /// A server that sends its client elsewhere.
    public static let referral = Reply(code: 0, isReferral: true)

    /// The same reply, later.
    public func after(_ seconds: Double) -> Reply {
      var copy = self
      copy.delay = seconds
      return copy
    }

    /// The same reply, too large for a datagram.
    public var truncated: Reply {
      var copy = self
      copy.isTruncated = true
      return copy
    }

    /// The same reply, broken off.
    public var cut: Reply {
      var copy = self
      copy.isCut = true
      return copy
    }
  }

  /// A name; `*.corp.example` is every name below that one, and `*` every name.
  public var pattern: String
  /// `A` or `AAAA`; nil for both.
  public var type: String?
  /// What is sent back.
  public var reply: Reply

  /// Makes a rule for both types.
  public init(_ pattern: String, _ reply: Reply) {
    self.pattern = pattern
    self.reply = reply
  }

  /// Makes a rule for one type.
  public init(_ pattern: String, _ type: String, _ reply: Reply) {
    self.init(pattern, reply)
    self.type = type
  }

  func matches(_ name: String, _ type: String) -> Bool {
    guard self.type == nil || self.type == type else { return false }
    if pattern == "*" || pattern == name { return true }
    return pattern.hasPrefix("*.") && name.hasSuffix(pattern.dropFirst())
  }
}
