import Glibc
import TokenExchange

/// Queries the name servers for the addresses of one name: A and AAAA at the same time.
struct DNSClient {
  var configuration: ResolverConfiguration
  /// An unpredictable ID for each query.
  var random: () -> UInt16 = { UInt16.random(in: 0...UInt16.max) }

  /// Seconds to wait for the other record type after a conclusive response (RFC 8305, section 3).
  static let resolutionDelay = 0.05

  /// Looks up a name without a trailing dot, until the deadline on the clock of ``now()``; nil if it
  /// is not a valid DNS name.
  func lookUp(_ name: String, until deadline: Double) -> NameLookup? {
    let begin = Self.now()
    let types: [NameLookup.RecordType] = configuration.skipsIPv6 ? [.a] : [.a, .aaaa]
    let queries = types.compactMap { type in
      DNSMessage.query(name, type, id: random()).map {
        DNSQuery(type, message: $0, configuration, begin: begin)
      }
    }
    guard queries.count == types.count else { return nil }
    defer { for query in queries { query.close() } }
    var time = begin
    while true {
      for query in queries { query.advance(at: time) }
      let grace = Self.grace(queries)
      let open = queries.filter { $0.outcome == nil }
      let end = ([deadline, grace] + open.map { $0.tryEnds }).compactMap { $0 }.min() ?? deadline
      guard !open.isEmpty, time < deadline, grace.map({ time < $0 }) ?? true else { break }
      Self.wait(for: open, until: end, since: time)
      time = Self.now()
    }
    let isDecided = Self.grace(queries) != nil
    return NameLookup(
      name: name,
      outcomes: Dictionary(
        uniqueKeysWithValues: queries.map { query in
          (query.type, query.outcome ?? (isDecided ? .notAwaited : query.failure(at: time)))
        }), seconds: time - begin)
  }

  /// Seconds on the monotonic clock.
  static func now() -> Double { SystemClock.seconds(CLOCK_MONOTONIC) }

  /// When to stop waiting for other responses; nil before the first conclusive one.
  ///
  /// Addresses are conclusive, and so is NXDOMAIN for A. NXDOMAIN for AAAA is not: some servers
  /// return it for names that have an A record (RFC 4074, section 4.2).
  private static func grace(_ queries: [DNSQuery]) -> Double? {
    queries.compactMap { query -> Double? in
      switch query.outcome {
      case .addresses: query.settledAt + resolutionDelay
      case .noSuchName where query.type == .a: query.settledAt + resolutionDelay
      default: nil
      }
    }.min()
  }

  private static func wait(for queries: [DNSQuery], until end: Double, since time: Double) {
    var polls = queries.flatMap(\.polls)
    // Rounded up, so that the loop does not spin before the deadline.
    let milliseconds = max(0, ((end - time) * 1000).rounded(.up))
    guard poll(&polls, nfds_t(polls.count), Int32(min(milliseconds, 3_600_000))) > 0 else { return }
    let ready = Set(polls.filter { $0.revents != 0 }.map(\.fd))
    let now = now()
    for query in queries { query.proceed(ready, at: now) }
  }
}

/// One query, which is sent to the servers in turn.
private final class DNSQuery {
  typealias Reason = NameLookup.ServerFailure.Reason

  let type: NameLookup.RecordType
  /// The result, once it is known, and when it became known.
  private(set) var outcome: NameLookup.Outcome?
  private(set) var settledAt = 0.0
  /// When the current server's timeout ends.
  private(set) var tryEnds = 0.0

  private let message: [UInt8]
  private let configuration: ResolverConfiguration
  private let begin: Double
  /// The indices of the servers that are still to be tried.
  private var tries: ArraySlice<Int>
  private var current: Int?
  private var failures: [Int: Reason] = [:]
  // After a timeout the socket stays open, so that a late response still counts.
  private var sockets: [(server: Int, socket: DNSSocket)] = []

  init(
    _ type: NameLookup.RecordType, message: [UInt8], _ configuration: ResolverConfiguration,
    begin: Double
  ) {
    self.type = type
    self.message = message
    self.configuration = configuration
    self.begin = begin
    let servers = Array(configuration.servers.indices)
    tries = Array(repeatElement(servers, count: configuration.attempts).joined())[...]
  }

  func close() { for (_, socket) in sockets { socket.close() } }

  var polls: [pollfd] {
    sockets.map { pollfd(fd: $0.socket.descriptor, events: $0.socket.events, revents: 0) }
  }

  /// Sends the query to the next server if the current one failed or timed out.
  func advance(at time: Double) {
    while outcome == nil, current == nil || time >= tryEnds {
      guard let server = tries.popFirst() else {
        settle(failure(at: time), at: time)
        return
      }
      send(to: server, isTCP: configuration.usesTCP, at: time)
    }
  }

  /// The result if no server returned a usable response.
  func failure(at time: Double) -> NameLookup.Outcome {
    .failed(
      configuration.servers.enumerated().map { index, server in
        NameLookup.ServerFailure(
          server: server.address, reason: failures[index] ?? .noResponse(seconds: time - begin))
      })
  }

  func proceed(_ ready: Set<Int32>, at time: Double) {
    for index in sockets.indices.reversed() where ready.contains(sockets[index].socket.descriptor) {
      let server = sockets[index].server
      switch sockets[index].socket.proceed() {
      case .waiting: continue
      case .failed(let reason):
        remove(index)
        fail(server, reason)
      case .message(let bytes):
        guard let response = DNSMessage.response(bytes, to: message) else { continue }
        let isTCP = sockets[index].socket.isTCP
        remove(index)
        if response.isTruncated, !isTCP {
          send(to: server, isTCP: true, at: time)
        } else {
          take(response, from: server, at: time)
        }
      }
      if outcome != nil { return }
    }
  }

  private func send(to server: Int, isTCP: Bool, at time: Double) {
    current = server
    tryEnds = time + Double(configuration.timeout)
    do throws(SystemError) {
      let socket = try DNSSocket(
        to: configuration.servers[server], isTCP: isTCP, query: message)
      sockets.append((server, socket))
    } catch {
      fail(server, .unreachable(String(cString: strerror(error.errno))))
    }
  }

  private func take(_ response: DNSMessage.Response, from server: Int, at time: Double) {
    switch response.code {
    case 3: settle(.noSuchName, at: time)
    case 0 where response.isReferral: fail(server, .noRecursion)
    case 0:
      guard let addresses = response.addresses else { return fail(server, .malformed) }
      settle(addresses.isEmpty ? .noRecord : .addresses(addresses), at: time)
    default: fail(server, .responseCode(response.code))
    }
  }

  private func fail(_ server: Int, _ reason: Reason) {
    failures[server] = reason
    if current == server { current = nil }
  }

  private func settle(_ outcome: NameLookup.Outcome, at time: Double) {
    self.outcome = outcome
    settledAt = time
  }

  private func remove(_ index: Int) {
    sockets[index].socket.close()
    sockets.remove(at: index)
  }
}
