import CPlatform
import Glibc
package import TokenExchange

/// HTTP requests, and the events before each connection.
package struct Network: Sendable {
  /// Sends one request.
  package var send: HTTPTransport
  /// Adds an observer of these events.
  package var observe: @Sendable (@escaping @Sendable (NetworkEvent) -> Void) -> Void
  /// Finds the system's trust store in an environment.
  package var systemTrust: @Sendable ([String: String]) -> SystemTrustStore?
  /// Initializes TLS on a second thread, if that saves time; for a run that will certainly use TLS.
  package var prepareTLS: @Sendable () -> Void
  /// Listens on a port of 127.0.0.1; 0 selects a free one.
  package var listen: @Sendable (Int) throws(SystemError) -> CallbackListener

  /// The network of this machine; the environment determines the proxy and the system's trust store.
  package static func live(variables: [String: String], files: Files = .live) -> Network {
    let transport = URLSessionTransport(variables: variables, files: files)
    return Network(
      send: transport.send, observe: transport.events.observe,
      systemTrust: { SystemTrustStore.find($0, files: files) },
      prepareTLS: { tx_prepare_tls() },
      listen: CallbackListener.start)
  }
}
