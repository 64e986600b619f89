import Encoding
import FoundationEssentials
import OpenIDConnect
import TokenExchange

/// The tokens of a user's login.
struct CachedLogin: CacheRecord {
  /// The ID token.
  var token: CachedToken
  /// For the next ID token, without user interaction.
  var refreshToken: Secret?

  static let file = CacheFile.login
  /// The remaining lifetime below which an ID token counts as expired, in seconds.
  static let minRemaining = 10.0
}

extension CachedLogin {
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

  /// Whether the ID token has expired on neither clock.
  ///
  /// Until then it is used even if Dex is unreachable or there is no refresh token, so that the user
  /// does not have to sign in again.
  func isUnexpired(at now: ClockReading) -> Bool {
    guard let age = now.since(token.written), let expiry = token.expiry else { return false }
    return age + Self.minRemaining <= expiry.timeIntervalSince(token.written.date)
  }
}
