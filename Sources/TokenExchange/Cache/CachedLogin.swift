import FoundationEssentials

/// A person's tokens as they are kept for the next run.
public struct CachedLogin: Sendable, Equatable {
  /// The ID token.
  public var token: CachedToken
  /// What brings the next one.
  public var refreshToken: Secret?

  /// Seconds that an ID token must have left to be used where nothing better is to be had.
  static let leastRest = 10.0

  /// Takes what a sign-in brought.
  public init(_ tokens: TokenSet, written: ClockReading) {
    token = CachedToken(tokens.idToken, written: written)
    refreshToken = tokens.refreshToken
  }

  /// Reads a file's content; nil unless it is whole and of this key.
  public init?(_ content: [UInt8], key: CacheKey) {
    guard let value = CacheRecord(content, kind: "login", key: key)?.value,
      let token = CachedToken(value["id_token"])
    else { return nil }
    self.token = token
    refreshToken = value["refresh_token"]?.string.map { Secret($0) }
  }

  /// The file's content.
  public func content(key: CacheKey) -> [UInt8] {
    let value: JSON = .object([
      "id_token": token.json, "refresh_token": JSON(refreshToken?.revealed),
    ])
    return CacheRecord(kind: "login", key: key, value: value).content
  }

  /// Whether the ID token is good although it is time for another one.
  ///
  /// For when Dex cannot be reached, and for tokens without a refresh token: a person is not asked
  /// before it is over.
  ///
  /// - Parameter moment: The present.
  /// - Returns: true if it has not ended, by either clock.
  public func isUnexpired(at moment: ClockReading) -> Bool {
    guard let age = moment.since(token.written), let expiry = token.expiry else { return false }
    return age + Self.leastRest <= expiry.timeIntervalSince(token.written.date)
  }
}

extension CacheKey {
  /// The key of a person's sign-in.
  ///
  /// Who it is comes out only then: one person for each user of the machine, issuer and client.
  ///
  /// - Parameters:
  ///   - login: What would be asked.
  ///   - trust: Whom Dex's certificate must come from, as text.
  public init(_ login: LoginRequest, trust: [String]) {
    self.init(
      kind: "login",
      parts: [
        ("issuer", [login.issuer.text]), ("client", [login.clientID]),
        ("secret", login.clientSecret == nil ? [] : ["yes"]), ("scopes", login.scopes),
        ("audiences", login.audiences), ("trust", trust),
      ])
  }
}
