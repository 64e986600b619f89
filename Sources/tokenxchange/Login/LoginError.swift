import TokenExchange

/// Why `login` has no token.
enum LoginError: Error, Equatable {
  /// A sign-in is required, and standard error is not a terminal. `command` can be run in one;
  /// `noCacheFlag` is the flag that turns the cache off.
  case noTerminal(issuer: EndpointURL, command: String, noCacheFlag: String?)
  /// Another process started a sign-in that is still not complete.
  case signInElsewherePending(issuer: EndpointURL, processID: String, seconds: Double)
  /// Another process started a sign-in, and it failed or was cancelled.
  case signInElsewhereFailed(issuer: EndpointURL, command: String)

  /// Whether a process with a terminal could succeed where this one failed.
  var requiresTerminal: Bool {
    switch self {
    case .noTerminal, .signInElsewherePending, .signInElsewhereFailed: true
    }
  }
}
