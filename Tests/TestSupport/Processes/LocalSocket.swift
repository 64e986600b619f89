import Foundation
package import Glibc
import Synchronization

/// IPv4 sockets on this machine.
package enum LocalSocket {
  /// Creates a socket and binds it; port 0 selects a free port.
  package static func bind(
    _ type: __socket_type, address: String = "127.0.0.1", port: UInt16
  ) throws -> (socket: Int32, port: UInt16) {
    try open(type, address, port, "bind to") { socket, address, size in
      var yes: Int32 = 1
      var size = size
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      return Glibc.bind(socket, address, size) == 0 && getsockname(socket, address, &size) == 0
    }
  }

  private static let lastPort = Mutex(UInt16.random(in: 10_000..<30_000))

  /// A free TCP port for a program that a test starts.
  ///
  /// The kernel assigns ports above 32767 to connections and to port 0, so a port below it is still
  /// free when the program binds it. Each call returns another one.
  package static func freePort() throws -> Int {
    try lastPort.withLock { port in
      for _ in 0..<1000 {
        port = port < 30_000 ? port + 1 : 10_000
        guard let bound = try? bind(SOCK_STREAM, port: port) else { continue }
        close(bound.socket)
        return Int(port)
      }
      throw TestSupportError("no port from 10000 to 30000 is free")
    }
  }

  /// Opens a connection to a port of 127.0.0.1; reading from it waits at most 30 seconds.
  package static func connect(port: Int) throws -> Int32 {
    let (socket, _) = try open(SOCK_STREAM, "127.0.0.1", UInt16(port), "connect to") {
      Glibc.connect($0, $1, $2) == 0
    }
    var limit = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    return socket
  }

  /// Sends bytes to a port of 127.0.0.1, `pause` seconds between two of them, and returns what it
  /// receives until the connection ends.
  package static func exchange(port: Int, _ bytes: [UInt8], pause: Double = 0) throws -> [UInt8] {
    let socket = try connect(port: port)
    defer { close(socket) }
    if pause > 0 {
      for byte in bytes {
        guard send([byte], to: socket) else { break }
        var state = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        if poll(&state, 1, Int32(pause * 1000)) > 0 { break }
      }
    } else {
      _ = send(bytes, to: socket)
    }
    var received: [UInt8] = []
    while receive(from: socket, into: &received) {}
    return received
  }

  /// Sends all bytes; returns false if the connection has ended.
  package static func send(_ bytes: some Sequence<UInt8>, to socket: Int32) -> Bool {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Appends the next bytes; returns false if the connection has ended.
  package static func receive(from socket: Int32, into buffer: inout [UInt8]) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(socket, &chunk, chunk.count, 0)
      if count < 0, errno == EINTR { continue }
      buffer += chunk.prefix(max(0, count))
      return count > 0
    }
  }

  private static func open(
    _ type: __socket_type, _ host: String, _ port: UInt16, _ call: String,
    _ body: (Int32, UnsafeMutablePointer<sockaddr>, socklen_t) -> Bool
  ) throws -> (socket: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemCallError(call: "socket") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, host, &address.sin_addr)
    let isDone = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard isDone else {
      let error = SystemCallError(call: "\(call) \(host):\(port)")
      close(descriptor)
      throw error
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }
}
