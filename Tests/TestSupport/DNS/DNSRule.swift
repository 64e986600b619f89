/// The DNS stand-in's reply to the queries that match.
public struct DNSRule: Sendable {
  /// A reply to a query.
  public struct Reply: Sendable {
    /// The response code; nil for no reply at all.
    public var code: Int?
    /// The CNAME chain, starting at the requested name.
    public var aliases: [String] = []
    /// The addresses; only those of the requested type are sent.
    public var addresses: [String] = []
    /// The delay in seconds.
    public var delay = 0.0
    /// Whether the UDP reply is truncated (TC), so that the client repeats the query over TCP.
    public var isTruncated = false
    /// Whether the server reports that recursion is not available.
    public var isReferral = false
    /// Whether the last bytes of the message are missing.
    public var isShortened = false

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
    /// A referral to other servers.
    public static let referral = Reply(code: 0, isReferral: true)

    /// The same reply, delayed.
    public func after(_ seconds: Double) -> Reply {
      var copy = self
      copy.delay = seconds
      return copy
    }

    /// The same reply, too large for UDP.
    public var truncated: Reply {
      var copy = self
      copy.isTruncated = true
      return copy
    }

    /// The same reply without its last bytes.
    public var shortened: Reply {
      var copy = self
      copy.isShortened = true
      return copy
    }
  }

  /// A name; `*.corp.example` matches every name below that one, and `*` every name.
  public var pattern: String
  /// `A` or `AAAA`; nil for both.
  public var type: String?
  /// The reply.
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
