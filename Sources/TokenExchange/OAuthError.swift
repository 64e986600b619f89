package import Encoding

/// An OAuth error response (RFC 6749, section 5.2), without the secrets of its request.
public struct OAuthError: Error, Equatable, Sendable {
  /// `error`.
  public var code: String
  /// `error_description`, if there is one.
  public var errorDescription: String?
  /// The HTTP status.
  public var status: Int
  /// Seconds that the server asked to wait, if it did.
  public var retryAfter: Double?

  /// Makes an error.
  public init(code: String, errorDescription: String? = nil, status: Int) {
    self.code = code
    self.errorDescription = errorDescription
    self.status = status
  }

  /// Reads a response's JSON; nil if it has no `error` string.
  package init?(_ json: JSON?, in response: HTTPResponse) {
    guard let code = json?["error"]?.string, !code.isEmpty else { return nil }
    // A registered code reveals nothing, even if a secret is the word "client".
    self.code = Self.registeredCodes.containsBytes(of: code) ? code : response.redacted(code)
    status = response.status
    let text = json?["error_description"]?.string.map { response.redacted($0) }
    errorDescription = text?.isEmpty == false ? text : nil
  }

  /// The codes of RFC 6749, 6750, 8628 and 8693 and of OpenID Connect that Dex sends.
  private static let registeredCodes = [
    "access_denied", "authorization_pending", "expired_token", "invalid_client", "invalid_grant",
    "invalid_request", "invalid_scope", "invalid_target", "invalid_token", "request_not_supported",
    "server_error", "slow_down", "temporarily_unavailable", "unauthorized_client",
    "unsupported_grant_type", "unsupported_response_type",
  ]
}

extension OAuthError {
  /// The reason in Dex's `error_description`.
  package enum DexReason: Sendable {
    case requestedTokenTypeNotSupported
    case subjectTokenTypeNotSupported
    case connectorNotFound
    case credentialsImproperlyEncoded
    case methodNotAllowed
    case subjectTokenMissing
    case connectorNotAllowed
    case connectorLacksGrantType
  }

  /// The reason in Dex's `error_description`, if it is a known one.
  package var dexReason: DexReason? {
    let known: [(code: String?, text: String, reason: DexReason)] = [
      ("request_not_supported", "requested_token_type", .requestedTokenTypeNotSupported),
      ("request_not_supported", "subject_token_type", .subjectTokenTypeNotSupported),
      ("invalid_request", "connector does not exist", .connectorNotFound),
      ("invalid_request", "improperly encoded", .credentialsImproperlyEncoded),
      ("invalid_request", "method not allowed", .methodNotAllowed),
      ("invalid_request", "Missing subject_token", .subjectTokenMissing),
      ("invalid_grant", "Connector not allowed", .connectorNotAllowed),
      (nil, "does not support this grant type", .connectorLacksGrantType),
    ]
    guard let text = errorDescription else { return nil }
    return known.first { ($0.code == nil || $0.code == code) && text.contains($0.text) }?.reason
  }
}
