import Foundation
import Glibc
import Synchronization

/// A small HTTP/1.1 server on 127.0.0.1 whose responses come from a closure.
public final class LoopbackServer: Sendable {
  /// Responds to a request; called from many threads at once.
  public typealias Handler = @Sendable (LoopbackRequest) -> LoopbackResponse

  /// The port.
  public let port: Int
  private let handler: Handler
  private let keepsRequests: Int
  private let state = Mutex(State())

  private struct State {
    var listener: Int32 = -1
    /// Bound but not listening while stopped, so that no other program gets the port.
    var reservation: Int32 = -1
    var acceptor: DispatchSemaphore?
    var connections: Set<Int32> = []
    var requests: [LoopbackRequest] = []
    var count = 0
    var accepted = 0
  }

  /// Starts listening; port 0 selects a free one, and at most the given number of requests is kept.
  public init(
    port: Int = 0, keepingRequests: Int = 20_000, handler: @escaping Handler
  ) throws {
    self.handler = handler
    keepsRequests = keepingRequests
    let (listener, bound) = try Self.listen(port)
    self.port = bound
    accept(from: listener)
  }

  // The accepting thread may hold the last reference, and cannot wait for itself.
  deinit {
    _ = shutDown()
    release()
  }

  /// `http://127.0.0.1:PORT`.
  public var url: String { "http://127.0.0.1:\(port)" }

  /// All requests so far, in the order in which they were read.
  public var requests: [LoopbackRequest] { state.withLock { $0.requests } }

  /// The number of requests.
  public var requestCount: Int { state.withLock { $0.count } }

  /// The number of accepted connections.
  public var connectionCount: Int { state.withLock { $0.accepted } }

  /// Clears the recorded requests.
  public func forgetRequests() {
    state.withLock {
      $0.requests = []
      $0.count = 0
    }
  }

  /// Closes every connection and refuses new ones; no other program gets the port.
  public func stop() {
    shutDown()?.wait()
    state.withLock { state in
      guard state.listener < 0, state.reservation < 0 else { return }
      state.reservation = (try? LocalSocket.bind(SOCK_STREAM, port: UInt16(port)).socket) ?? -1
    }
  }

  private func release() {
    state.withLock { state in
      if state.reservation >= 0 { close(state.reservation) }
      state.reservation = -1
    }
  }

  private func shutDown() -> DispatchSemaphore? {
    state.withLock { state -> DispatchSemaphore? in
      // A shutdown wakes the thread that blocks in accept or read; that thread closes the socket.
      if state.listener >= 0 { shutdown(state.listener, Int32(SHUT_RDWR)) }
      for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
      state.listener = -1
      defer { state.acceptor = nil }
      return state.acceptor
    }
  }

  /// Listens again on the same port after a stop.
  public func resume() throws {
    guard state.withLock({ $0.listener < 0 }) else { return }
    release()
    accept(from: try Self.listen(port).listener)
  }

  private static func listen(_ port: Int) throws -> (listener: Int32, port: Int) {
    let bound = try LocalSocket.bind(SOCK_STREAM, port: UInt16(port))
    guard Glibc.listen(bound.socket, 512) == 0 else {
      let error = SystemCallError(call: "listen on port \(port)")
      close(bound.socket)
      throw error
    }
    return (bound.socket, Int(bound.port))
  }

  private func accept(from listener: Int32) {
    let ended = DispatchSemaphore(value: 0)
    state.withLock {
      $0.listener = listener
      $0.acceptor = ended
    }
    // The thread must not keep the server alive: a test that forgets to stop it would leak it.
    Thread.start { [weak self] in
      while true {
        let client = Glibc.accept(listener, nil, nil)
        if client < 0 {
          if errno == EINTR || errno == ECONNABORTED { continue }
          if errno == EMFILE || errno == ENFILE {
            usleep(10_000)
            continue
          }
          break
        }
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        guard let self, self.adopt(client, from: listener) else {
          close(client)
          break
        }
      }
      close(listener)
      ended.signal()
    }
  }

  private func adopt(_ client: Int32, from listener: Int32) -> Bool {
    let isOpen = state.withLock { state -> Bool in
      guard state.listener == listener else { return false }
      state.connections.insert(client)
      state.accepted += 1
      return true
    }
    guard isOpen else { return false }
    let handler = handler
    Thread.start { [weak self] in
      LoopbackConnection(socket: client).serve { request in
        self?.record(request)
        return handler(request)
      }
      if let self {
        // Removed before it is closed, so that stop never shuts down a reused descriptor.
        self.state.withLock { _ = $0.connections.remove(client) }
      }
      close(client)
    }
    return true
  }

  private func record(_ request: LoopbackRequest) {
    state.withLock {
      $0.count += 1
      if $0.requests.count < keepsRequests { $0.requests.append(request) }
    }
  }
}
