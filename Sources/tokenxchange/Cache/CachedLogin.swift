import Encoding
import FoundationEssentials
import OpenIDConnect
import TokenExchange

/// The tokens of a user's sign-in.
struct CachedLogin: CacheRecord {
  /// The ID token.
  var token: CachedToken
  /// Requests the next ID token without a sign-in.
  var refreshToken: Secret?

  static let file = CacheFile.login
  /// The remaining lifetime below which an ID token counts as expired, in seconds.
  static let minRemaining = 10.0
}

extension CachedLogin {
  /// Takes the tokens of a sign-in or a refresh.
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

  /// Whether the ID token can still be used, although a refresh is due.
  ///
  /// It is used when Dex cannot be reached or there is no refresh token, so that the user does not
  /// have to sign in before it expires.
  ///
  /// - Parameter now: The present.
  /// - Returns: true if it has not expired by either clock.
  func isUnexpired(at now: ClockReading) -> Bool {
    guard let age = now.since(token.written), let expiry = token.expiry else { return false }
    return age + Self.minRemaining <= expiry.timeIntervalSince(token.written.date)
  }
}
