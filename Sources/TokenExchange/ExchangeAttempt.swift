import FoundationEssentials

/// What was asked of which endpoint: what an answer is checked against, and what messages name.
public struct ExchangeAttempt: Sendable, Equatable {
  /// The token endpoint.
  public var url: EndpointURL
  /// The issuer as the user wrote it, if the user did.
  public var issuer: String?
  /// The request.
  public var request: ExchangeRequest
  /// The claims of the subject token, if it is a JWT.
  public var subject: UnverifiedJWT?

  /// Makes an attempt.
  public init(
    url: EndpointURL, issuer: String?, request: ExchangeRequest, subject: UnverifiedJWT?
  ) {
    self.url = url
    self.issuer = issuer
    self.request = request
    self.subject = subject
  }

  /// Whether an issuer is the one given but for trailing slashes.
  ///
  /// - Parameter found: The `iss` of the token that came.
  /// - Returns: true if a slash is the only difference; false if there is none, or more.
  public func differsOnlyBySlash(from found: String?) -> Bool {
    guard let issuer, let found, issuer != found else { return false }
    return Self.withoutSlashes(issuer) == Self.withoutSlashes(found)
  }

  /// The same, of a token.
  public func differsOnlyBySlash(_ token: IssuedToken) -> Bool {
    differsOnlyBySlash(from: token.jwt?.issuer)
  }

  /// Checks that a token is alive, of the issuer asked, and for the audiences asked for.
  ///
  /// This catches a wrong client or issuer here, in words, before the API server says no more than
  /// "Unauthorized".
  func check(_ token: IssuedToken, now: Date) throws(Problem) {
    if let expiry = token.expiry, expiry <= now { throw .resultExpired(url, expiry, now) }
    guard let jwt = token.jwt else { return }
    if let issuer, jwt.issuer != issuer, !differsOnlyBySlash(token) {
      throw .resultIssuer(url, wanted: issuer, found: jwt.issuer)
    }
    let missing = request.expectedAudiences.filter { !jwt.audiences.contains($0) }
    guard missing.isEmpty else {
      throw .resultAudience(url, missing: missing, found: jwt.audiences)
    }
  }

  private static func withoutSlashes(_ text: String) -> Substring {
    var text = text[...]
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }
}
