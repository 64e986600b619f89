import Foundation
import Glibc
import Synchronization
import TestSupport

/// A small HTTP/1.1 server on 127.0.0.1 whose responses come from a closure.
package final class LoopbackServer: Sendable {
  /// Responds to a request; called from many threads at once.
  package typealias Handler = @Sendable (LoopbackRequest) -> LoopbackResponse

  package let port: Int
  private let handler: Handler
  private let state = Mutex(State())

  private struct State {
    var listener: Int32 = -1
    /// Bound but not listening while stopped, so that no other program gets the port.
    var reservation: Int32 = -1
    var acceptor: DispatchSemaphore?
    var connections: Set<Int32> = []
    var requests: [LoopbackRequest] = []
    var accepted = 0

    mutating func release() {
      if reservation >= 0 { close(reservation) }
      reservation = -1
    }
  }

  /// Starts listening; port 0 selects a free one.
  package init(port: Int = 0, handler: @escaping Handler) throws {
    self.handler = handler
    let bound = try LocalSocket.bind(SOCK_STREAM, port: UInt16(port))
    self.port = Int(bound.port)
    try accept(from: bound.socket)
  }

  // The accepting thread may hold the last reference, and cannot wait for itself.
  deinit {
    _ = shutDown()
    state.withLock { $0.release() }
  }

  package var url: String { "http://127.0.0.1:\(port)" }

  /// The first 20,000 requests, in the order in which they were read.
  package var requests: [LoopbackRequest] { state.withLock { $0.requests } }
  package var connectionCount: Int { state.withLock { $0.accepted } }

  /// Closes every connection and refuses new ones; no other program gets the port.
  package func stop() {
    shutDown()?.wait()
    state.withLock { state in
      guard state.listener < 0, state.reservation < 0 else { return }
      state.reservation = (try? LocalSocket.bind(SOCK_STREAM, port: UInt16(port)).socket) ?? -1
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
  package func resume() throws {
    guard state.withLock({ $0.listener < 0 }) else { return }
    state.withLock { $0.release() }
    try accept(from: LocalSocket.bind(SOCK_STREAM, port: UInt16(port)).socket)
  }

  private func accept(from listener: Int32) throws {
    guard listen(listener, 512) == 0 else {
      let error = SystemCallError(call: "listen on port \(port)")
      close(listener)
      throw error
    }
    let ended = DispatchSemaphore(value: 0)
    state.withLock { ($0.listener, $0.acceptor) = (listener, ended) }
    // The thread must not keep the server alive: a test that forgets to stop it would leak it.
    Thread.start { [weak self] in
      while true {
        let client = Glibc.accept(listener, nil, nil)
        if client < 0 {
          if errno == EINTR || errno == ECONNABORTED { continue }
          guard errno == EMFILE || errno == ENFILE else { break }
          usleep(10_000)
          continue
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
        self?.state.withLock { if $0.requests.count < 20_000 { $0.requests.append(request) } }
        return handler(request)
      }
      // Removed before it is closed, so that stop never shuts down a reused descriptor.
      self?.state.withLock { _ = $0.connections.remove(client) }
      close(client)
    }
    return true
  }
}
