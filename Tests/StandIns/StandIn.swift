import Synchronization
package import TestSupport

/// A configuration that scripts can change: they post JSON to `/_control`.
package protocol StandInConfiguration: Sendable {
  mutating func read(_ file: JSONValue)
}

/// Shared by the stand-ins: a configuration that can change at run time, and a server.
package protocol StandIn: AnyObject, Sendable {
  associatedtype Configuration: StandInConfiguration
  var core: StandInCore<Configuration> { get }
  /// Responds to a request; the server's handler, which can also be called directly.
  func respond(to request: LoopbackRequest) -> LoopbackResponse
}

/// The state of a ``StandIn``.
package final class StandInCore<Configuration: Sendable>: Sendable {
  fileprivate let configuration: Mutex<Configuration>
  fileprivate let server = Mutex<LoopbackServer?>(nil)
  init(_ configuration: Configuration) { self.configuration = Mutex(configuration) }
}

extension StandIn {
  func start() throws {
    let server = try LoopbackServer { [weak self] request in
      guard let self else { return .fault(.dropped) }
      guard request.path == "/_control", let file = try? JSONValue(parsing: request.body) else {
        return self.respond(to: request)
      }
      self.update { $0.read(file) }
      return .json([:])
    }
    core.server.withLock { $0 = server }
  }

  package var server: LoopbackServer {
    guard let server = core.server.withLock({ $0 }) else { preconditionFailure("not started") }
    return server
  }

  package func stop() { server.stop() }
  package var configuration: Configuration { core.configuration.withLock { $0 } }

  /// Changes the configuration while the stand-in runs.
  package func update(_ change: (inout Configuration) -> Void) {
    core.configuration.withLock { change(&$0) }
  }
}
