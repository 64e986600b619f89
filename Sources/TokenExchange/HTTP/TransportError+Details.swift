/// How far a request got before its timeout.
public enum TimeoutPhase: Equatable, Sendable {
  /// There was no connection.
  case connecting
  /// The TLS handshake did not finish.
  case tlsHandshake
  /// The response was not complete.
  case response
}

/// What a proxy did instead of connecting to the server.
public enum ProxyFailure: Equatable, Sendable {
  /// It requires a user and password.
  case credentialsRequired
  /// It does not allow the connection.
  case forbidden
  /// It cannot reach the server.
  case targetUnreachable
  /// The TLS handshake with the proxy itself failed.
  case tls
  /// Anything else.
  case other
}

extension TransportError {
  /// How far the request got, for a timeout.
  public var timeoutPhase: TimeoutPhase {
    if detail.hasPrefix("Connection time") || detail.hasPrefix("Failed to connect") {
      return .connecting
    }
    let isHandshake = detail.contains("TLS handshake") || detail.contains("SSL connection")
    return isHandshake ? .tlsHandshake : .response
  }

  /// What the proxy did, for a failure of a proxy.
  public var proxyFailure: ProxyFailure {
    if ["response 407", "response 401", "code 407"].contains(where: detail.contains) {
      return .credentialsRequired
    }
    if detail.contains("response 403") { return .forbidden }
    if detail.contains("response 5") { return .targetUnreachable }
    return detail.contains("TLS with it") ? .tls : .other
  }
}
