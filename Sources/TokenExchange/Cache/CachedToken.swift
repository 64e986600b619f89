public import FoundationEssentials

/// An issued token as it is kept for other processes, and when it may still be used.
public struct CachedToken: Sendable, Equatable {
  /// The token.
  public var secret: Secret
  /// When it ends, if known.
  public var expiry: Date?
  /// Its `iss`, if it has one.
  public var issuer: String?
  /// When the subject token that it came from ends, if it says so.
  public var subjectExpiry: Date?
  /// When it was kept.
  public var written: ClockReading

  /// Seconds after which a token is not used any more: nobody tells this program of a 401.
  public static let longestUse = 600.0
  /// The most bytes of a file in the cache; no header can carry a longer token.
  public static let largestFile = 256 << 10

  /// Takes what was issued for an attempt.
  public init(_ token: IssuedToken, for attempt: ExchangeAttempt, written: ClockReading) {
    self.init(token, written: written)
    subjectExpiry = attempt.subject?.expiry
  }

  /// Takes what was issued without a subject token.
  init(_ token: IssuedToken, written: ClockReading) {
    secret = token.secret
    expiry = token.expiry
    issuer = token.jwt?.issuer
    self.written = written
  }

  /// Reads a file's content; nil unless it is whole and of this key.
  public init?(_ content: [UInt8], key: CacheKey) {
    self.init(CacheRecord(content, kind: "token", key: key)?.value)
  }

  /// The file's content.
  public func content(key: CacheKey) -> [UInt8] {
    CacheRecord(kind: "token", key: key, value: json).content
  }

  /// Reads a record's value.
  init?(_ json: JSON?) {
    guard let token = json?["token"]?.string, !token.isEmpty,
      let written = ClockReading(json?["written"])
    else { return nil }
    secret = Secret(token)
    expiry = json?["expiry"]?.double.map(Date.init(timeIntervalSince1970:))
    issuer = json?["issuer"]?.string
    subjectExpiry = json?["subject_expiry"]?.double.map(Date.init(timeIntervalSince1970:))
    self.written = written
  }

  /// The value in a record.
  var json: JSON {
    .object([
      "token": .string(secret.revealed), "expiry": JSON(expiry?.timeIntervalSince1970),
      "issuer": JSON(issuer), "subject_expiry": JSON(subjectExpiry?.timeIntervalSince1970),
      "written": written.json,
    ])
  }

  /// Why this token must not be used any more, or nil if it may.
  ///
  /// - Parameters:
  ///   - moment: The present.
  ///   - margin: Seconds by which its end will be reported early.
  ///   - began: When this process began, on the clock that cannot be set. Who waited while the token
  ///     was fetched takes it however short its life is: asking again would bring no longer one.
  /// - Returns: One clause for `--verbose`.
  public func unusableReason(at moment: ClockReading, margin: Double, began: Double? = nil)
    -> String?
  {
    guard let age = moment.since(written) else { return "the clock was set back since" }
    guard age <= Self.longestUse else { return "it is \(Lifetime.words(age)) old" }
    // By its age, because a wall clock that was set back a little would lengthen its life.
    let now = written.date.addingTimeInterval(age)
    if let subjectExpiry, subjectExpiry <= now {
      return "the subject token that it came from has expired"
    }
    if let expiry, expiry <= now { return "it has expired" }
    if let began, written.clock >= began { return nil }
    guard let expiry else { return "its end is not known" }
    let rest = expiry.timeIntervalSince(now) - margin
    let life = expiry.timeIntervalSince(written.date)
    return rest >= max(60, life / 10) ? nil : "it ends soon"
  }
}
