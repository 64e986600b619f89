import Synchronization

/// Shared by both stand-ins: a configuration that can change at run time, and a server.
public protocol StandIn: AnyObject, Sendable {
  /// The configuration type.
  associatedtype Configuration: Sendable
  /// The shared state.
  var core: StandInCore<Configuration> { get }
  /// Responds to a request; the server's handler, which can also be called directly.
  func respond(to request: LoopbackRequest) -> LoopbackResponse
}

/// The state of a ``StandIn``.
public final class StandInCore<Configuration: Sendable>: Sendable {
  fileprivate let configuration: Mutex<Configuration>
  fileprivate let server = Mutex<LoopbackServer?>(nil)

  init(_ configuration: Configuration) { self.configuration = Mutex(configuration) }
}

extension StandIn {
  func start(port: Int) throws {
    let server = try LoopbackServer(port: port) { [weak self] request in
      self?.respond(to: request) ?? .fault(.dropped)
    }
    core.server.withLock { $0 = server }
  }

  /// The underlying server, with its requests, `stop` and `resume`.
  public var server: LoopbackServer {
    guard let server = core.server.withLock({ $0 }) else { preconditionFailure("not started") }
    return server
  }

  /// Stops the server.
  public func stop() { core.server.withLock { $0 }?.stop() }

  /// The configuration.
  public var configuration: Configuration { core.configuration.withLock { $0 } }

  /// Changes the configuration while the stand-in runs.
  public func update(_ change: (inout Configuration) -> Void) {
    core.configuration.withLock { change(&$0) }
  }
}
