package import Encoding

/// How the client authenticates at the token endpoint (RFC 6749, section 2.3).
public enum ClientAuthentication: Sendable, Equatable {
  /// A public client: only `client_id`, in the form (section 3.2.1).
  case none
  /// HTTP Basic; ID and secret are form-encoded first (section 2.3.1).
  case basic(Secret)
  /// `client_id` and `client_secret` in the form.
  case post(Secret)

  /// The value of the `Authorization` header, if this method has one.
  package func authorization(clientID: String) -> String? {
    guard case .basic(let secret) = self else { return nil }
    let pair = FormEncoding.encode(clientID) + ":" + FormEncoding.encode(secret.revealed)
    return "Basic " + Base64.encode(Array(pair.utf8))
  }

  /// The fields that this method adds to the form.
  package func fields(clientID: String) -> [FormEncoding.Field] {
    switch self {
    case .none: [.init("client_id", clientID)]
    case .basic: []
    case .post(let secret):
      [.init("client_id", clientID), .init("client_secret", secret.revealed)]
    }
  }

  /// Whether a secret that is not empty is sent.
  package var hasSecret: Bool {
    switch self {
    case .none: false
    case .basic(let secret), .post(let secret): !secret.revealed.isEmpty
    }
  }
}
