import Encoding
public import FoundationEssentials

/// The output for client-go: a token and when it expires (client.authentication.k8s.io).
public struct ExecCredential: Sendable, Equatable {
  /// The requested version.
  public var version: ExecAPIVersion
  /// The bearer token.
  public var token: Secret
  /// When the client must run the plugin again.
  public var expiration: Date?

  /// Makes a credential.
  public init(version: ExecAPIVersion, token: Secret, expiration: Date?) {
    self.version = version
    self.token = token
    self.expiration = expiration
  }

  /// The JSON document, on one line, with a newline.
  ///
  /// `kind` is always present: client-go does not need it, the Python client does.
  public var text: String {
    var status: JSON.Object = ["token": .string(token.revealed)]
    if let expiration { status["expirationTimestamp"] = .string(Timestamp.text(expiration)) }
    let document = JSON.object([
      "apiVersion": .string(version.apiVersion), "kind": .string("ExecCredential"),
      "status": .object(status),
    ])
    return document.text() + "\n"
  }

  /// The expiration to report for a token.
  ///
  /// client-go uses a token until this second, so a margin helps; but a time in the past would make
  /// it run the plugin for every request.
  ///
  /// With jitter, clients that got their tokens at the same time do not renew them at the same
  /// time.
  ///
  /// - Parameters:
  ///   - expiry: When the token really expires; must be after `now`.
  ///   - margin: Seconds to report it earlier; reduced to half of the remaining lifetime if it is
  ///     not shorter.
  ///   - jitter: The maximum number of seconds to report it even earlier, but not before half of
  ///     the remaining lifetime.
  ///   - random: A number from 0 to 1, the part of the jitter that is used.
  ///   - now: The current time.
  /// - Returns: A whole second, not before `now` and not after `expiry`.
  public static func expiration(
    of expiry: Date, margin: Double, jitter: Double = 0, random: Double = 0, now: Date
  ) -> Date {
    let remaining = expiry.timeIntervalSince(now)
    let latest = expiry.timeIntervalSince1970 - (margin < remaining ? margin : remaining / 2)
    let room = max(latest - (now.timeIntervalSince1970 + remaining / 2), 0)
    let early = latest - min(jitter, room) * random
    let whole = max(early.rounded(.down), now.timeIntervalSince1970.rounded(.up))
    return Date(timeIntervalSince1970: min(whole, expiry.timeIntervalSince1970))
  }
}
