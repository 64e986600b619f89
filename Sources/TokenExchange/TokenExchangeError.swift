/// Why a token exchange failed.
///
/// Text of the server is already redacted: it holds no secret of the request. It is not sanitized.
public enum TokenExchangeError: Error, Equatable, Sendable {
  /// There was no response.
  case transport(TransportError, attempts: Int)
  /// The server returned an OAuth error.
  case oauth(OAuthError, attempts: Int)
  /// The response is not one of a token endpoint, or its token is unusable.
  case invalidResponse(InvalidResponse, attempts: Int)

  package init(_ error: TokenResponseError, attempts: Int) {
    self =
      switch error {
      case .oauth(let error): .oauth(error, attempts: attempts)
      case .invalidResponse(let response): .invalidResponse(response, attempts: attempts)
      }
  }

  /// How many requests were sent.
  public var attempts: Int {
    switch self {
    case .transport(_, let attempts), .oauth(_, let attempts), .invalidResponse(_, let attempts):
      attempts
    }
  }

  /// Seconds that the server asked to wait, if it did.
  public var retryAfter: Double? {
    switch self {
    case .transport: nil
    case .oauth(let error, _): error.retryAfter
    case .invalidResponse(let response, _): response.retryAfter
    }
  }
}

/// Why a response of a token endpoint has no token.
public enum TokenResponseError: Error, Equatable, Sendable {
  /// An OAuth error (RFC 6749, section 5.2).
  case oauth(OAuthError)
  /// Anything else.
  case invalidResponse(InvalidResponse)
}
