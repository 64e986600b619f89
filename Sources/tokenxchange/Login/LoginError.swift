import OpenIDConnect
import TokenExchange

/// Why `login` failed.
enum LoginError: Error, Equatable {
  /// A sign-in is required, and standard error is not a terminal.
  case noTerminal(issuer: EndpointURL, remedy: Remedy, noCache: NoCacheReason?)
  /// Another process started a sign-in that is still not complete.
  case signInElsewherePending(issuer: EndpointURL, processID: Int, seconds: Double)
  /// Another process started a sign-in and ended before it was complete, and this one has no
  /// terminal.
  case signInElsewhereFailed(issuer: EndpointURL, remedy: Remedy)
  /// Dex does not know the client.
  case unknownClient(LoginRequest)
  /// The client does not allow the redirect to this machine.
  case redirectNotAllowed(LoginRequest, redirectURI: String)
  /// The client does not allow the redirect of Dex's device code page.
  case devicePageNotAllowed(LoginRequest, redirectURI: String)
  /// The client allows neither; the redirect URI is that of Dex's page.
  case noFlowAllowed(LoginRequest, redirectURI: String)
  /// The context of a kubeconfig does not run `login`.
  case notLoginContext(String)
  /// The port for the browser flow cannot be used.
  case cannotListen(port: Int?, errno: Int32)

  /// What a user can run in a terminal.
  enum Remedy: Equatable {
    /// kubectl, with the kubeconfig that it just used.
    case kubectl
    case command(String)
  }

  /// Why no tokens are stored.
  enum NoCacheReason: Equatable {
    case flag(String)
    case unusable(CacheError)
  }
}
