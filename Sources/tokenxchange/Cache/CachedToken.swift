import Encoding
import FoundationEssentials
import TokenExchange

/// An issued token that other processes may use.
struct CachedToken: CacheRecord {
  var secret: Secret
  /// When it expires, if known.
  var expiry: Date?
  /// Its `iss`, if it has one.
  var issuer: String?
  /// The expiry of the exchanged subject token, if known.
  var subjectExpiry: Date?
  /// When it was stored.
  var written: ClockReading

  static let file = CacheFile.token
  /// The age in seconds at which a token is replaced: a plugin is not notified if an API server
  /// rejects it.
  static let maxAge = 600.0
}

extension CachedToken {
  init(_ token: IssuedToken, written: ClockReading) {
    secret = token.secret
    expiry = token.expiry
    issuer = token.jwt?.issuer
    self.written = written
  }

  init?(json: JSON?) {
    guard let token = json?["token"]?.string, !token.isEmpty,
      let written = ClockReading(json?["written"])
    else { return nil }
    secret = Secret(token)
    expiry = json?["expiry"]?.double.map(Date.init(timeIntervalSince1970:))
    issuer = json?["issuer"]?.string
    subjectExpiry = json?["subject_expiry"]?.double.map(Date.init(timeIntervalSince1970:))
    self.written = written
  }

  var json: JSON {
    .object([
      "token": .string(secret.revealed), "expiry": JSON(expiry?.timeIntervalSince1970),
      "issuer": JSON(issuer), "subject_expiry": JSON(subjectExpiry?.timeIntervalSince1970),
      "written": written.json,
    ])
  }

  enum UnusableReason: Equatable {
    case clockSetBack
    case tooOld(seconds: Double)
    case subjectTokenExpired
    case expired
    case unknownExpiry
    case expiresSoon
  }

  /// Why the token cannot be used; nil if it can.
  ///
  /// Its expiry is reported `margin` seconds early. A process that waited for the token, and started
  /// before it was stored (`processStart`, on the boot clock), uses a token of any lifetime, because
  /// a new request would return the same lifetime.
  func unusableReason(
    at now: ClockReading, margin: Double, processStart: Double? = nil
  ) -> UnusableReason? {
    guard let age = now.since(written) else { return .clockSetBack }
    guard age <= Self.maxAge else { return .tooOld(seconds: age) }
    // Derived from the age: a wall clock that was set back a little would extend the lifetime.
    let date = written.date.addingTimeInterval(age)
    if let subjectExpiry, subjectExpiry <= date { return .subjectTokenExpired }
    if let expiry, expiry <= date { return .expired }
    if let processStart, written.bootTime >= processStart { return nil }
    guard let expiry else { return .unknownExpiry }
    let remaining = expiry.timeIntervalSince(date) - margin
    let lifetime = expiry.timeIntervalSince(written.date)
    return remaining >= max(60, lifetime / 10) ? nil : .expiresSoon
  }
}
