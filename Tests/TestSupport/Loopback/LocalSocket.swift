import Foundation
import Glibc

/// A failed system call.
public struct SystemCallError: Error, CustomStringConvertible {
  /// The call.
  public var call: String
  /// Its `errno`.
  public var code: Int32 = errno
  /// The error message.
  public var description: String { "\(call): \(String(cString: strerror(code)))" }
}

/// IPv4 sockets on this machine.
enum LocalSocket {
  /// Creates a socket and binds it; port 0 selects a free port.
  static func bind(
    _ type: __socket_type, address host: String = "127.0.0.1", port: UInt16
  ) throws -> (socket: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemCallError(call: "socket") }
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = Self.address(host, port)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard isBound else {
      let error = SystemCallError(call: "bind to port \(port)")
      close(descriptor)
      throw error
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  /// A TCP port that is free at the moment.
  static func freePort() throws -> Int {
    let bound = try bind(SOCK_STREAM, port: 0)
    close(bound.socket)
    return Int(bound.port)
  }

  /// Whether a server accepts connections on a port of 127.0.0.1.
  static func isOpen(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    let address = Self.address("127.0.0.1", UInt16(port))
    return withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func address(_ host: String, _ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, host, &address.sin_addr)
    return address
  }
}

extension Thread {
  /// Starts a thread with a small stack, because tests start hundreds of them.
  static func start(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.stackSize = 512 * 1024
    thread.start()
  }
}
