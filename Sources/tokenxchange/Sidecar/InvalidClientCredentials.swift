import Encoding
import TokenExchange

extension ExchangeConfiguration {
  /// The most likely cause of a rejected client whose ID and secret were given as one text.
  func warning(about error: CommandError, request: TokenExchangeRequest) -> SidecarWarning? {
    guard error.oauthError?.code == "invalid_client", let clientCredentials,
      case .basic(let secret) = request.authentication
    else { return nil }
    return .rejectedClientCredentials(
      source: clientCredentials.source,
      InvalidClientCredentials(clientID: request.clientID, secret: secret))
  }
}

/// What looks wrong with a client ID and secret given as `ID:SECRET`.
enum InvalidClientCredentials: Equatable, Sendable {
  /// They begin with `Basic`.
  case header
  case percentEncoded
  case base64
  case noColon

  init?(clientID: String, secret: Secret) {
    if clientID.lowercased().hasPrefix("basic ") {
      self = .header
    } else if clientID.contains("%") {
      self = .percentEncoded
    } else if secret.revealed.isEmpty {
      let decoded = Base64.decode(clientID).map { String(decoding: $0, as: UTF8.self) }
      self = decoded?.contains(":") == true ? .base64 : .noColon
    } else {
      return nil
    }
  }
}
