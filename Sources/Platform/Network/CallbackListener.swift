import Glibc
import Synchronization

/// Receives requests on a loopback port for a short time (RFC 8252, section 7.3).
///
/// Every process of the machine can connect, so everything is limited: the number of connections,
/// the size of a request, and the time that it may take.
package struct CallbackListener: Sendable {
  /// The port.
  package var port: Int
  /// Waits at most the given number of seconds for the next request; nil if none arrives.
  package var next: @Sendable (Double) -> CallbackRequest?
  /// Closes all connections, and stops listening.
  package var close: @Sendable () -> Void
  /// What was served so far.
  package var served: @Sendable () -> Served

  /// A count of what was served.
  package struct Served: Equatable, Sendable {
    package var requests = 0
    package var bytes = 0
  }
}

/// The head of a request; a body is never read.
package struct CallbackRequest: Sendable {
  package var method: String
  /// The path and the query.
  package var target: String
  /// The value of `Host`; nil unless there is exactly one.
  package var host: String?
  /// Sends a page of plain text with a status, and ends the connection.
  package var respond: @Sendable (_ status: Int, _ text: String) -> Void
}

extension CallbackListener {
  /// Listens on a port of 127.0.0.1; 0 selects a free one.
  package static func start(port: Int) throws(SystemError) -> CallbackListener {
    let server = try CallbackServer(port: port)
    return CallbackListener(
      port: server.port, next: { server.next(timeout: $0) }, close: { server.close() },
      served: { server.served })
  }
}

/// The sockets of a listener.
final class CallbackServer: Sendable {
  /// The largest head of a request, in bytes: a browser sends one or two kilobytes.
  static let maxHead = 16 << 10
  /// Seconds for a whole request.
  static let requestTimeout = 5.0
  /// The maximum number of connections; another one ends the oldest.
  static let maxConnections = 16

  fileprivate struct Connection {
    var socket: Int32
    var end: Double
    var head: [UInt8] = []
  }

  fileprivate struct State {
    var listener: Int32
    var connections: [Connection] = []
    var served = CallbackListener.Served()
  }

  let port: Int
  private let state: Mutex<State>

  init(port: Int) throws(SystemError) {
    let listener = socket(
      AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard listener >= 0 else { throw SystemError(errno: errno) }
    var yes: Int32 = 1
    // A connection of an earlier sign-in that is still closing must not block a fixed port.
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(listener, pointer, size) == 0 && listen(listener, Int32(Self.maxConnections)) == 0
          && getsockname(listener, pointer, &size) == 0
      }
    }
    guard isBound else {
      let code = errno
      Glibc.close(listener)
      throw SystemError(errno: code)
    }
    self.port = Int(UInt16(bigEndian: address.sin_port))
    state = Mutex(State(listener: listener))
  }

  deinit { close() }

  var served: CallbackListener.Served { state.withLock { $0.served } }

  func close() {
    state.withLock { state in
      for connection in state.connections { Glibc.close(connection.socket) }
      state.connections = []
      if state.listener >= 0 { Glibc.close(state.listener) }
      state.listener = -1
    }
  }

  func next(timeout: Double) -> CallbackRequest? {
    let end = SystemClock.seconds(CLOCK_MONOTONIC) + timeout
    while true {
      let now = SystemClock.seconds(CLOCK_MONOTONIC)
      var polls = state.withLock { state in
        state.expire(now)
        return ([state.listener] + state.connections.map(\.socket)).map {
          pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
      }
      guard now < end else { return nil }
      // At least every half a second, so that slow connections end in time.
      let pause = min(end - now, 0.5)
      guard poll(&polls, nfds_t(polls.count), Int32((pause * 1000).rounded(.up))) > 0 else {
        continue
      }
      let ready = polls.filter { $0.revents != 0 }.map(\.fd)
      if let request = take(ready) { return request }
    }
  }

  /// Reads from the ready sockets; returns the first complete request.
  private func take(_ ready: [Int32]) -> CallbackRequest? {
    state.withLock { state -> (Int32, RequestHead)? in
      if ready.contains(state.listener) { state.accept() }
      for socket in ready where socket != state.listener {
        if let head = state.read(socket) { return (socket, head) }
      }
      return nil
    }.map { socket, head in
      CallbackRequest(method: head.method, target: head.target, host: head.host) { status, text in
        self.state.withLock { $0.respond(socket, status, text) }
      }
    }
  }
}

extension CallbackServer.State {
  mutating func expire(_ now: Double) {
    for connection in connections where connection.end <= now {
      respond(connection.socket, 408, "The request took too long.")
    }
    connections.removeAll { $0.end <= now }
  }

  mutating func accept() {
    while true {
      let socket = Glibc.accept(listener, nil, nil)
      guard socket >= 0 else { return }
      _ = fcntl(socket, F_SETFL, O_NONBLOCK)
      _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
      if connections.count >= CallbackServer.maxConnections {
        Glibc.close(connections.removeFirst().socket)
      }
      connections.append(
        CallbackServer.Connection(
          socket: socket,
          end: SystemClock.seconds(CLOCK_MONOTONIC) + CallbackServer.requestTimeout))
    }
  }

  /// Reads from a connection.
  ///
  /// - Returns: The head once it is complete; the connection then waits for its response only.
  mutating func read(_ socket: Int32) -> RequestHead? {
    guard let index = connections.firstIndex(where: { $0.socket == socket }) else { return nil }
    var chunk = [UInt8](repeating: 0, count: CallbackServer.maxHead)
    let count = recv(socket, &chunk, chunk.count, 0)
    guard count > 0 else {
      if count < 0, errno == EAGAIN || errno == EINTR { return nil }
      connections.remove(at: index)
      Glibc.close(socket)
      return nil
    }
    connections[index].head += chunk.prefix(count)
    let head = connections[index].head
    guard let end = head.firstRange(of: Array("\r\n\r\n".utf8))?.lowerBound,
      end <= CallbackServer.maxHead
    else {
      guard head.count >= CallbackServer.maxHead else { return nil }
      connections.remove(at: index)
      respond(socket, 431, "The request is too large.")
      return nil
    }
    connections.remove(at: index)
    guard let request = RequestHead(head[..<end]) else {
      respond(socket, 400, "This is not an HTTP request.")
      return nil
    }
    return request
  }

  mutating func respond(_ socket: Int32, _ status: Int, _ text: String) {
    let page = Array(RequestHead.page(status, text).utf8)
    // A page is smaller than the buffer of any socket.
    let count = send(socket, page, page.count, Int32(MSG_NOSIGNAL))
    served.requests += 1
    served.bytes += max(count, 0)
    shutdown(socket, Int32(SHUT_WR))
    // Closing a socket with unread bytes resets the connection, and the page with it.
    var rest = [UInt8](repeating: 0, count: 1 << 16)
    for _ in 0..<16 { guard recv(socket, &rest, rest.count, 0) > 0 else { break } }
    Glibc.close(socket)
  }
}
