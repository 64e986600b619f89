import Encoding
package import TokenExchange

/// Why a sign-in or a refresh failed.
///
/// Text of the server is already redacted. It is not sanitized.
package enum GrantError: Error, Equatable, Sendable {
  /// No response was received, or none within `timeout` seconds.
  case transport(TransportError, EndpointURL, timeout: Double)
  /// The server returned an OAuth error.
  case oauth(OAuthError, EndpointURL)
  /// The response is invalid, or its token is unusable.
  case invalidResponse(InvalidResponse, EndpointURL)
  /// The response has no device code, user code or verification URI.
  case invalidDeviceAuthorization(EndpointURL)
  /// The response has no ID token.
  case missingIDToken(EndpointURL)
  /// The ID token is not a JWT.
  case idTokenNotJWT(EndpointURL)
  /// The `sub` of the refreshed ID token is not that of the sign-in.
  case subjectChanged(EndpointURL)
  /// The nonce of the ID token is not that of the authorization request.
  case nonceMismatch(EndpointURL)
  /// The user did not complete the sign-in in time.
  case notCompleted(seconds: Double)
  /// The process that waits for the result is gone.
  case abandoned

  /// The members of a successful response.
  static func members(
    of response: HTTPResponse, from url: EndpointURL
  ) throws(GrantError) -> JSON.Object {
    do throws(TokenResponseError) { return try TokenResponse.members(of: response) } catch {
      switch error {
      case .oauth(let error): throw .oauth(error, url)
      case .invalidResponse(let response): throw .invalidResponse(response, url)
      }
    }
  }

  /// Whether the same request may succeed later.
  package var isTransient: Bool {
    switch self {
    case .transport(let error, _, _): error.isNetworkFailure && !error.isCertificateRejected
    case .invalidResponse(let response, _):
      if case .serverError = response.reason { true } else { false }
    default: false
    }
  }
}
