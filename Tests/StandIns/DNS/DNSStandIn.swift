import Foundation
import Glibc
import Synchronization
import TestSupport

/// A DNS server for tests, over UDP and TCP, configured by a list of rules.
///
/// The first matching rule applies; a name without a rule does not exist. Queries with EDNS get
/// FORMERR, as from servers without EDNS support.
package final class DNSStandIn: Sendable {
  package let port: UInt16
  private let state: Mutex<State>
  private let datagrams: Int32
  private let connections: Int32

  private struct State {
    var rules: [DNSRule]
    var queries: [String] = []
  }

  /// Starts it; port 0 selects a free one.
  package init(address: String = "127.0.0.1", port: UInt16 = 0, _ rules: [DNSRule]) throws {
    state = Mutex(State(rules: rules))
    (datagrams, connections, self.port) = try Self.bindBoth(address, port)
    listen(connections, 16)
    Self.loop(datagrams, self) { $0.receive() }
    Self.loop(connections, self) { $0.accept() }
  }

  /// Binds the same port for UDP and TCP: if the TCP port of a free UDP port is in use, another one
  /// is tried.
  private static func bindBoth(
    _ address: String, _ port: UInt16, attempts: Int = 20
  ) throws -> (datagrams: Int32, connections: Int32, port: UInt16) {
    let datagrams = try LocalSocket.bind(SOCK_DGRAM, address: address, port: port)
    do {
      let connections = try LocalSocket.bind(SOCK_STREAM, address: address, port: datagrams.port)
      return (datagrams.socket, connections.socket, datagrams.port)
    } catch {
      close(datagrams.socket)
      guard port == 0, attempts > 1 else { throw error }
      return try bindBoth(address, port, attempts: attempts - 1)
    }
  }

  // Shutting down wakes the threads, which close the sockets.
  deinit { for socket in [datagrams, connections] { shutdown(socket, Int32(SHUT_RDWR)) } }

  /// The queries so far, such as `A dex.example`; queries over TCP end in ` tcp`.
  package var queries: [String] { state.withLock { $0.queries } }

  package func set(_ rules: [DNSRule]) { state.withLock { $0.rules = rules } }

  private static func loop(
    _ socket: Int32, _ server: DNSStandIn, _ body: @escaping @Sendable (DNSStandIn) -> Void
  ) {
    // The thread must not keep the server alive.
    Thread.start { [weak server] in
      while true {
        var state = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        let count = poll(&state, 1, 100)
        guard let server else { break }
        if count > 0 { body(server) }
      }
      close(socket)
    }
  }

  private func receive() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var sender = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let count = withUnsafeMutablePointer(to: &sender) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        recvfrom(datagrams, &buffer, buffer.count, 0, $0, &length)
      }
    }
    guard count > 0 else { return }
    respond(to: Array(buffer[..<count]), isTCP: false) { [datagrams, sender, length] message in
      var sender = sender
      _ = withUnsafeMutablePointer(to: &sender) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          sendto(datagrams, message, message.count, 0, $0, length)
        }
      }
    }
  }

  private func accept() {
    let client = Glibc.accept(connections, nil, nil)
    guard client >= 0 else { return }
    Thread.start { [weak self] in
      // Clients may send both queries at once and wait for both responses.
      while let query = Self.message(from: client) {
        self?.respond(to: query, isTCP: true) { message in
          let framed = UInt16(message.count).bytes + message
          // Sent in two parts, because a client must not take the first part for the whole message.
          _ = LocalSocket.send(framed.prefix(framed.count / 2), to: client)
          usleep(2000)
          _ = LocalSocket.send(framed.dropFirst(framed.count / 2), to: client)
        }
      }
      close(client)
    }
  }

  private static func message(from client: Int32) -> [UInt8]? {
    func read(_ count: Int) -> [UInt8]? {
      var buffer = [UInt8](repeating: 0, count: count)
      return recv(client, &buffer, count, Int32(MSG_WAITALL)) == count ? buffer : nil
    }
    return read(2).flatMap { read(Int($0[0]) << 8 | Int($0[1])) }
  }

  private func respond(
    to query: [UInt8], isTCP: Bool, send: @escaping @Sendable ([UInt8]) -> Void
  ) {
    guard let question = DNSQuestion(query) else { return }
    let reply = state.withLock { state -> DNSRule.Reply in
      state.queries.append("\(question.type) \(question.name)" + (isTCP ? " tcp" : ""))
      if question.hasOptions { return DNSRule.Reply(code: 1) }
      return state.rules.first { $0.matches(question.name, question.type) }?.reply ?? .noSuchName
    }
    guard let message = question.message(reply, isTCP: isTCP) else { return }
    guard reply.delay > 0 else { return send(message) }
    Thread.start {
      usleep(UInt32(reply.delay * 1_000_000))
      send(message)
    }
  }
}

/// The question of a query, and its replies (RFC 1035, section 4).
private struct DNSQuestion {
  let id: [UInt8]
  /// The question section.
  let section: [UInt8]
  let name: String
  let type: String
  /// Whether the query has additional records, which can only be EDNS.
  let hasOptions: Bool

  init?(_ query: [UInt8]) {
    guard query.count > 16, query[2] & 0x80 == 0, query[5] == 1 else { return nil }
    var labels: [String] = []
    var rest = query[12...]
    while let length = rest.popFirst(), length > 0 {
      labels.append(String(decoding: rest.prefix(Int(length)), as: UTF8.self).lowercased())
      rest = rest.dropFirst(Int(length))
    }
    guard rest.count >= 4, let type = [1: "A", 28: "AAAA"][rest[rest.startIndex + 1]] else {
      return nil
    }
    self.type = type
    id = Array(query[..<2])
    section = Array(query[12..<rest.startIndex + 4])
    name = labels.joined(separator: ".")
    hasOptions = query[10] != 0 || query[11] != 0
  }

  func message(_ reply: DNSRule.Reply, isTCP: Bool) -> [UInt8]? {
    guard let code = reply.code else { return nil }
    let isTruncated = reply.isTruncated && !isTCP
    var records: [[UInt8]] = []
    // A pointer to the name in the question.
    var owner: [UInt8] = [0xC0, 12]
    func append(_ type: UInt8, _ data: [UInt8]) {
      records.append(owner + [0, type, 0, 1, 0, 0, 0, 30] + UInt16(data.count).bytes + data)
    }
    if code == 0, !isTruncated {
      for alias in reply.aliases {
        let labels: [[UInt8]] = alias.split(separator: ".").map { Array($0.utf8) } + [[]]
        let target = labels.flatMap { [UInt8($0.count)] + $0 }
        append(5, target)
        owner = target
      }
      for address in reply.addresses where address.contains(":") == (type == "AAAA") {
        var data = [UInt8](repeating: 0, count: type == "A" ? 4 : 16)
        inet_pton(type == "A" ? AF_INET : AF_INET6, address, &data)
        append(type == "A" ? 1 : 28, data)
      }
    }
    var message = id + [0x81 | (isTruncated ? 2 : 0), code | (reply.isReferral ? 0 : 0x80), 0, 1]
    message += UInt16(records.count).bytes + [0, 0, 0, 0]
    message += section
    message += records.joined()
    return message.dropLast(reply.isShortened ? 3 : 0)
  }
}

extension UInt16 {
  /// In network order.
  fileprivate var bytes: [UInt8] { [UInt8(self >> 8), UInt8(self & 255)] }
}
