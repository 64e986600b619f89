import Encoding
import FoundationEssentials
import OpenIDConnect
import TokenExchange

/// The tokens of a user's login.
struct CachedLogin: CacheRecord {
  /// The ID token.
  var token: CachedToken
  /// The refresh token, which requests the next ID token without user interaction.
  var refreshToken: Secret?

  static let file = CacheFile.login
  /// The remaining lifetime below which an ID token counts as expired, in seconds.
  static let minRemaining = 10.0
}

extension CachedLogin {
  /// Creates a record from the tokens of a login or a refresh.
  init(_ tokens: TokenSet, written: ClockReading) {
    token = CachedToken(tokens.idToken, written: written)
    refreshToken = tokens.refreshToken
  }

  init?(json: JSON?) {
    guard let token = CachedToken(json: json?["id_token"]) else { return nil }
    self.token = token
    refreshToken = json?["refresh_token"]?.string.map { Secret($0) }
  }

  var json: JSON {
    .object(["id_token": token.json, "refresh_token": JSON(refreshToken?.revealed)])
  }

  /// Whether the ID token can still be used although a refresh is due.
  ///
  /// It is used if Dex is unreachable or there is no refresh token, so that the user need not sign
  /// in again before it expires.
  ///
  /// - Parameter now: The current time.
  /// - Returns: true if it has not expired on either clock.
  func isUnexpired(at now: ClockReading) -> Bool {
    guard let age = now.since(token.written), let expiry = token.expiry else { return false }
    return age + Self.minRemaining <= expiry.timeIntervalSince(token.written.date)
  }
}
