/// The error answer of RFC 6749, section 5.2.
public struct OAuthError: Sendable, Equatable {
  /// `error`, made safe to print.
  public var code: String
  /// `error_description`, made safe to print, if there is one.
  public var explanation: String?
  /// The HTTP status it came with.
  public var status: Int

  /// Reads the JSON of an answer; nil if it holds no `error` text.
  init?(_ json: JSON?, in answer: HTTPResponse) {
    guard let code = json?["error"]?.string, !code.isEmpty else { return nil }
    // What a standard defines says nothing of a secret, even if a secret is the word "client".
    self.code =
      Self.registeredCodes.containsBytes(of: code) ? code : answer.shown(code, maxLength: 100)
    status = answer.status
    let text = json?["error_description"]?.string.map { answer.shown($0) }
    explanation = text?.isEmpty == false ? text : nil
  }

  /// The codes of RFC 6749, 6750, 8628 and 8693 and of OpenID Connect that Dex sends.
  private static let registeredCodes = [
    "access_denied", "authorization_pending", "expired_token", "invalid_client", "invalid_grant",
    "invalid_request", "invalid_scope", "invalid_target", "invalid_token", "request_not_supported",
    "server_error", "slow_down", "temporarily_unavailable", "unauthorized_client",
    "unsupported_grant_type", "unsupported_response_type",
  ]

  /// The refusal in a message.
  var words: String {
    "\(status) \(code)" + (explanation.map { ": " + $0 } ?? ", without a description")
  }
}
