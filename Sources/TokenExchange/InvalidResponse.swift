public import FoundationEssentials

/// A response that a token endpoint does not send.
public struct InvalidResponse: Equatable, Sendable {
  /// What is wrong with it.
  public enum Reason: Equatable, Sendable {
    /// A redirect, which would send the token elsewhere.
    case redirect(RedirectTarget)
    /// 429 or 5xx without an OAuth error.
    case serverError(Body)
    /// Plain HTTP was sent to a port for TLS.
    case plainHTTPToTLSPort
    /// 404.
    case notFound(Body)
    /// Another status without an OAuth error.
    case unexpectedStatus(Body)
    /// The server requires a client certificate.
    case clientCertificateRequired
    /// A success with an empty body.
    case empty
    /// A success with a web page.
    case html
    /// A success that is incomplete or not JSON.
    case notJSON(byteCount: Int)
    /// A success with JSON of which an object has two members of the same name.
    case duplicateMember(String)
    /// A success with JSON that is not an object.
    case notJSONObject
    /// An `error` member that is not a string.
    case invalidErrorMember(String)
    /// The token cannot be used.
    case token(InvalidToken)
  }

  /// The body of a response that is not JSON.
  public enum Body: Equatable, Sendable {
    /// A web page.
    case html
    /// Anything else.
    case text(String)
  }

  /// The target of a redirect, without its query, which may contain secrets.
  public enum RedirectTarget: Equatable, Sendable {
    /// `Location` is missing.
    case missing
    /// `Location` is not a URL.
    case invalid
    /// Another server: its scheme, host and port.
    case server(String)
    /// A URL of another scheme without a host.
    case scheme(String)
    /// A path on the same server.
    case path(String)
    /// The sign-in page of Argo CD, to which argocd-server redirects when its Dex returns 500.
    case argoCDSignIn
  }

  /// What is wrong with it.
  public var reason: Reason
  /// The HTTP status.
  public var status: Int
  /// Seconds that the server asked to wait, if it did.
  public var retryAfter: Double?

  /// Makes an invalid response.
  public init(_ reason: Reason, status: Int) {
    self.reason = reason
    self.status = status
  }
}

/// Why a token in a response cannot be used.
public enum InvalidToken: Error, Equatable, Sendable {
  /// The response has no such member.
  case missing(member: String)
  /// The member is not a string.
  case notAString(member: String)
  /// The member is empty.
  case empty(member: String)
  /// The token has characters that no `Authorization` header can carry (RFC 6750, section 2.1).
  case invalidCharacters
  /// The token begins like a JWT but is not one.
  case damaged
  /// The token's header or claims have two members of the same name.
  case duplicateMember(String)
  /// The token is opaque although an ID token was requested.
  case opaque(hasIDToken: Bool)
  /// The token has expired.
  case expired(at: Date, now: Date)
  /// The token has another issuer.
  case issuer(expected: String, found: String?)
  /// The token lacks audiences.
  case audience(missing: [String], found: [String])

  /// This error without the request's secrets in its claims.
  package func redacted(for response: HTTPResponse) -> InvalidToken {
    switch self {
    case .issuer(let expected, let found):
      .issuer(expected: expected, found: found.map(response.redacted))
    case .audience(let missing, let found):
      .audience(missing: missing, found: found.map(response.redacted))
    case .duplicateMember(let name): .duplicateMember(response.redacted(name))
    default: self
    }
  }
}

extension InvalidResponse.RedirectTarget {
  /// Reads the `Location` of a redirect.
  init(_ response: HTTPResponse) {
    guard let location = response.headers["location"] else {
      self = .missing
      return
    }
    guard let parts = URLComponents(string: location) else {
      self = .invalid
      return
    }
    if let host = parts.encodedHost, !host.isEmpty {
      let server =
        (parts.scheme.map { $0 + "://" } ?? "") + host + (parts.port.map { ":\($0)" } ?? "")
      self = .server(response.redacted(server))
    } else if let scheme = parts.scheme {
      self = .scheme(response.redacted(scheme))
    } else if parts.path.hasSuffix("/login"), parts.query == "has_sso_error=true" {
      self = .argoCDSignIn
    } else {
      self = .path(response.redacted(parts.path.isEmpty ? "/" : parts.path))
    }
  }
}
