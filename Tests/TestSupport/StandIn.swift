import Synchronization

/// What both stand-ins share: a configuration that can change while they run, and a server.
public protocol StandIn: AnyObject, Sendable {
  /// How it is set up.
  associatedtype Configuration: Sendable
  /// The parts that every stand-in holds.
  var core: StandInCore<Configuration> { get }
  /// Answers one request; the server's handler, callable without the server too.
  func answer(_ request: LoopbackRequest) -> LoopbackResponse
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
      self?.answer(request) ?? .fault(.dropped)
    }
    core.server.withLock { $0 = server }
  }

  /// The server underneath: its requests, and stop and resume.
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
