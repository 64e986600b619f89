import FoundationEssentials

/// What was asked of which endpoint: what an answer is checked against, and what messages name.
public struct ExchangeAttempt: Sendable, Equatable {
  /// The token endpoint.
  public var url: EndpointURL
  /// The issuer as the user wrote it, if the user did.
  public var issuer: String?
  /// The request.
  public var request: TokenExchangeRequest
  /// The claims of the subject token, if it is a JWT.
  public var subject: UnverifiedJWT?

  /// Makes an attempt.
  public init(
    url: EndpointURL, issuer: String?, request: TokenExchangeRequest, subject: UnverifiedJWT?
  ) {
    self.url = url
    self.issuer = issuer
    self.request = request
    self.subject = subject
  }

  /// All secrets of the request.
  package var secrets: [Secret] {
    request.httpRequest(tokenURL: url, userAgent: "").secrets
  }

  /// A text from Dex as it may be shown: without the secrets of the request.
  package func shown(_ text: String, maxLength: Int = 300) -> String {
    request.httpRequest(tokenURL: url, userAgent: "").shown(text, maxLength: maxLength)
  }

  /// What the token must be.
  public var expectation: ExpectedClaims {
    ExpectedClaims(issuer: issuer, audiences: request.expectedAudiences)
  }

  /// Whether a token's issuer is the one given but for trailing slashes.
  public func differsOnlyBySlash(_ token: IssuedToken) -> Bool {
    expectation.differsOnlyBySlash(from: token.jwt?.issuer)
  }
}
