import Encoding
import Glibc
import TokenExchange

/// A nonblocking connection to one name server, by UDP or TCP.
///
/// Each query has its own socket and therefore its own random port: responses to different queries
/// cannot be confused, and A and AAAA queries do not race in the kernel's connection tracking.
struct DNSSocket {
  enum Event {
    case waiting
    case message([UInt8])
    case failed(NameLookup.ServerFailure.Reason)
  }

  let descriptor: Int32
  let isTCP: Bool
  private var outgoing: [UInt8]
  private var incoming: [UInt8] = []

  /// Connects, and sends a UDP query immediately; an empty query is not sent.
  init(
    to server: ResolverConfiguration.Server, isTCP: Bool, query: [UInt8]
  ) throws(SystemError) {
    let type = isTCP ? SOCK_STREAM.rawValue : SOCK_DGRAM.rawValue
    let flags = SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let (address, family) = try server.socketAddress
    descriptor = socket(family, Int32(type | flags), 0)
    guard descriptor >= 0 else { throw SystemError(errno: errno) }
    self.isTCP = isTCP
    let length = UInt16(truncatingIfNeeded: query.count)
    outgoing = isTCP ? [UInt8(length >> 8), UInt8(length & 255)] + query : query
    let result = address.withUnsafeBytes { bytes in
      connect(
        descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        socklen_t(bytes.count))
    }
    guard result == 0 || errno == EINPROGRESS else {
      let code = errno
      Glibc.close(descriptor)
      throw SystemError(errno: code)
    }
    if !isTCP, !query.isEmpty, send() < 0 {
      let code = errno
      Glibc.close(descriptor)
      throw SystemError(errno: code)
    }
  }

  var events: Int16 { Int16(outgoing.isEmpty ? POLLIN : POLLOUT) }

  /// Writes or reads as much as possible without blocking.
  mutating func proceed() -> Event {
    if !outgoing.isEmpty {
      guard send() >= 0 else { return errno == EAGAIN ? .waiting : failure(errno) }
      return .waiting
    }
    var buffer = [UInt8](repeating: 0, count: isTCP ? 65_535 : 4096)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 || count == 0 && !isTCP else {
      if count == 0 { return .failed(.unreachable("connection closed")) }
      return errno == EAGAIN || errno == EINTR ? .waiting : failure(errno)
    }
    guard isTCP else { return .message(Array(buffer[..<count])) }
    incoming += buffer[..<count]
    guard incoming.count >= 2 else { return .waiting }
    let length = Int(incoming[0]) << 8 | Int(incoming[1])
    return incoming.count >= 2 + length ? .message(Array(incoming[2..<2 + length])) : .waiting
  }

  func close() { Glibc.close(descriptor) }

  private mutating func send() -> Int {
    let count = Glibc.send(descriptor, outgoing, outgoing.count, Int32(MSG_NOSIGNAL))
    if count > 0 { outgoing.removeFirst(count) }
    return count
  }

  private func failure(_ code: Int32) -> Event {
    .failed(.unreachable(String(cString: strerror(code))))
  }
}

extension ResolverConfiguration.Server {
  /// The address for `connect`, as bytes, and its family.
  fileprivate var socketAddress: (bytes: [UInt8], family: Int32) {
    get throws(SystemError) {
      let parts = address.split(separator: "%", maxSplits: 1)
      guard let first = parts.first, let host = IPAddress(loose: String(first)) else {
        throw SystemError(errno: EINVAL)
      }
      if host.isIPv6 {
        var six = sockaddr_in6()
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &six.sin6_addr) { $0.copyBytes(from: host.bytes) }
        if parts.count == 2 { six.sin6_scope_id = if_nametoindex(String(parts[1])) }
        return (withUnsafeBytes(of: six) { Array($0) }, AF_INET6)
      }
      var four = sockaddr_in()
      four.sin_family = sa_family_t(AF_INET)
      four.sin_port = port.bigEndian
      withUnsafeMutableBytes(of: &four.sin_addr) { $0.copyBytes(from: host.bytes) }
      return (withUnsafeBytes(of: four) { Array($0) }, AF_INET)
    }
  }
}
