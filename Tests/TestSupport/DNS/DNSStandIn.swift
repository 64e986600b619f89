import Foundation
import Glibc
import Synchronization

/// A DNS server for tests, over UDP and TCP, configured by a list of rules.
///
/// The first matching rule applies; a name without a rule does not exist. Queries with EDNS get
/// FORMERR, as from servers without EDNS support.
public final class DNSStandIn: Sendable {
  /// The port.
  public let port: UInt16
  private let state: Mutex<State>
  private let datagrams: Int32
  private let connections: Int32

  private struct State {
    var rules: [DNSRule]
    var queries: [String] = []
    var isStopped = false
  }

  /// Starts it; port 0 selects a free one.
  public init(address: String = "127.0.0.1", port: UInt16 = 0, _ rules: [DNSRule]) throws {
    state = Mutex(State(rules: rules))
    (datagrams, connections, self.port) = try Self.bindBoth(address, port)
    listen(connections, 16)
    let (datagrams, connections) = (datagrams, connections)
    Self.loop(datagrams, self) { $0.receive() }
    Self.loop(connections, self) { $0.accept() }
  }

  deinit { stop() }

  /// Stops it and closes its ports.
  public func stop() {
    state.withLock { state in
      if !state.isStopped {
        // Shutting down wakes the threads, which close the sockets.
        shutdown(datagrams, Int32(SHUT_RDWR))
        shutdown(connections, Int32(SHUT_RDWR))
      }
      state.isStopped = true
    }
  }

  /// The queries so far, such as `A dex.example`; queries over TCP end in ` tcp`.
  public var queries: [String] { state.withLock { $0.queries } }

  /// Replaces the rules.
  public func set(_ rules: [DNSRule]) { state.withLock { $0.rules = rules } }

  private static func loop(
    _ socket: Int32, _ server: DNSStandIn, _ body: @escaping @Sendable (DNSStandIn) -> Bool
  ) {
    // The thread must not keep the server alive.
    Thread.start { [weak server] in
      while true {
        var polls = [pollfd(fd: socket, events: Int16(POLLIN), revents: 0)]
        let count = poll(&polls, 1, 100)
        guard let server else { break }
        if server.state.withLock({ $0.isStopped }) { break }
        if count > 0, !body(server) { break }
      }
      close(socket)
    }
  }

  private func receive() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var sender = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let count = withUnsafeMutablePointer(to: &sender) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        recvfrom(datagrams, &buffer, buffer.count, 0, $0, &length)
      }
    }
    guard count > 0 else { return true }
    respond(to: Array(buffer[..<count]), isTCP: false) { [datagrams, sender, length] message in
      var sender = sender
      _ = withUnsafeMutablePointer(to: &sender) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          sendto(datagrams, message, message.count, 0, $0, length)
        }
      }
    }
    return true
  }

  private func accept() -> Bool {
    let client = Glibc.accept(connections, nil, nil)
    guard client >= 0 else { return true }
    Thread.start { [weak self] in
      // Clients may send both queries at once and wait for both responses.
      while let query = Self.message(from: client) {
        self?.respond(to: query, isTCP: true) { message in
          let framed = [UInt8(message.count >> 8), UInt8(message.count & 255)] + message
          // Sent in two parts, because a client must not take the first part for the whole message.
          _ = send(client, framed, framed.count / 2, Int32(MSG_NOSIGNAL))
          usleep(2000)
          _ = send(
            client, Array(framed[(framed.count / 2)...]), framed.count - framed.count / 2,
            Int32(MSG_NOSIGNAL))
        }
      }
      close(client)
    }
    return true
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

  /// Binds the same port for UDP and TCP.
  ///
  /// If the TCP port of a free UDP port is in use, another one is tried.
  private static func bindBoth(
    _ address: String, _ port: UInt16
  ) throws -> (datagrams: Int32, connections: Int32, port: UInt16) {
    var attempts = 20
    while true {
      let datagrams = try LocalSocket.bind(SOCK_DGRAM, address: address, port: port)
      do {
        let connections = try LocalSocket.bind(
          SOCK_STREAM, address: address, port: datagrams.port)
        return (datagrams.socket, connections.socket, datagrams.port)
      } catch {
        close(datagrams.socket)
        attempts -= 1
        guard port == 0, attempts > 0 else { throw error }
      }
    }
  }
}

/// The question of a query, and its replies.
private struct DNSQuestion {
  let query: [UInt8]
  let name: String
  let type: String
  /// Whether the query has additional records, which can only be EDNS.
  let hasOptions: Bool
  private let end: Int

  init?(_ query: [UInt8]) {
    guard query.count > 16, query[2] & 0x80 == 0, query[5] == 1 else { return nil }
    var labels: [String] = []
    var position = 12
    while position < query.count, query[position] > 0 {
      let next = position + 1 + Int(query[position])
      guard next < query.count else { return nil }
      labels.append(String(decoding: query[position + 1..<next], as: UTF8.self).lowercased())
      position = next
    }
    guard position + 5 <= query.count, let type = [1: "A", 28: "AAAA"][query[position + 2]] else {
      return nil
    }
    self.query = query
    self.type = type
    name = labels.joined(separator: ".")
    hasOptions = query[10] != 0 || query[11] != 0
    end = position + 5
  }

  func message(_ reply: DNSRule.Reply, isTCP: Bool) -> [UInt8]? {
    guard let code = reply.code else { return nil }
    let isTruncated = reply.isTruncated && !isTCP
    var records: [[UInt8]] = []
    if code == 0, !isTruncated {
      var owner: [UInt8] = [0xC0, 12]
      for alias in reply.aliases {
        let target = Self.encoded(alias)
        records.append(owner + [0, 5, 0, 1, 0, 0, 0, 30, 0, UInt8(target.count)] + target)
        owner = target
      }
      for address in reply.addresses where address.contains(":") == (type == "AAAA") {
        let data = Self.data(address)
        records.append(
          owner + [0, type == "A" ? 1 : 28, 0, 1, 0, 0, 0, 30, 0, UInt8(data.count)] + data)
      }
    }
    var message = query[..<2] + [0x81 | (isTruncated ? 2 : 0), UInt8(code)]
    message[3] |= reply.isReferral ? 0 : 0x80
    message += [0, 1, UInt8(records.count >> 8), UInt8(records.count & 255), 0, 0, 0, 0]
    message += query[12..<end]
    message += records.joined()
    return Array(reply.isShortened ? message.dropLast(3) : message[...])
  }

  private static func encoded(_ name: String) -> [UInt8] {
    name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  private static func data(_ address: String) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: address.contains(":") ? 16 : 4)
    inet_pton(bytes.count == 16 ? AF_INET6 : AF_INET, address, &bytes)
    return bytes
  }
}
