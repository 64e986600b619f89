import Synchronization
import TokenExchange

/// A step between a request and its connection, for `--verbose` and the doctor.
enum NetworkEvent: Sendable, Equatable {
  /// Whether a proxy is used.
  case route(ProxyRoute)
  /// `/etc/hosts` holds the host.
  case hostsFile(host: String, addresses: [IPAddress])
  /// What `/etc/resolv.conf` says.
  case resolver(ResolverConfiguration)
  /// One name was looked up.
  case lookup(NameLookup)

  /// The event as a fact.
  var fact: Fact {
    switch self {
    case .route(let route): Fact("proxy", route.text)
    case .hostsFile(let host, let addresses):
      Fact("name", "\(host): \(addresses.map(\.text).joined(separator: ", ")) from /etc/hosts")
    case .resolver(let configuration): Fact("resolver", configuration.text)
    case .lookup(let lookup):
      Fact("name", "\(lookup.name): \(lookup.result), \(Int((lookup.seconds * 1000).rounded())) ms")
    }
  }
}

extension ProxyRoute {
  /// The decision and its reason in words, without any password.
  var text: String {
    switch self {
    case .direct(.plainHTTP): "none: plain http never goes through a proxy"
    case .direct(.loopback): "none: the host is this machine"
    case .direct(.noneSet): "none: HTTPS_PROXY and ALL_PROXY are not set"
    case .direct(.excluded(let entry, let variable)):
      "none: \(variable) has the entry \(entry.sanitized(maxLength: 100))"
    case .proxy(let proxy, let variable): "\(proxy.text) from \(variable)"
    case .invalid(let variable): "\(variable) is not the URL of a proxy"
    }
  }
}

extension ResolverConfiguration {
  /// The servers, the search list and the options that differ from the defaults, in words.
  var text: String {
    let defaults = ResolverConfiguration(parsing: [])
    var options: [String] = []
    if ndots != defaults.ndots { options.append("ndots:\(ndots)") }
    if timeout != defaults.timeout { options.append("timeout:\(timeout)") }
    if attempts != defaults.attempts { options.append("attempts:\(attempts)") }
    if rotates { options.append("rotate") }
    if usesTCP { options.append("use-vc") }
    if skipsIPv6 { options.append("no-aaaa") }
    let parts =
      ["nameserver " + servers.map(\.address).joined(separator: " ")]
      + (search.isEmpty ? ["no search list"] : ["search " + search.joined(separator: " ")])
      + (options.isEmpty ? [] : ["options " + options.joined(separator: " ")])
    return parts.joined(separator: "; ")
  }
}

/// Passes network events to those who asked for them.
final class NetworkEvents: Sendable {
  private let observers = Mutex<[@Sendable (NetworkEvent) -> Void]>([])

  /// Adds an observer, for the rest of the process.
  func observe(_ observer: @escaping @Sendable (NetworkEvent) -> Void) {
    observers.withLock { $0.append(observer) }
  }

  /// Passes an event on; without an observer it is not even made.
  func post(_ event: @autoclosure () -> NetworkEvent) {
    let observers = observers.withLock { $0 }
    guard !observers.isEmpty else { return }
    let event = event()
    for observer in observers { observer(event) }
  }
}

/// Keeps network events until they are asked for.
final class NetworkRecord: Sendable {
  private let events = Mutex<[NetworkEvent]>([])

  /// Keeps an event.
  func add(_ event: NetworkEvent) { events.withLock { $0.append(event) } }

  /// Returns the events so far and forgets them.
  func take() -> [NetworkEvent] {
    events.withLock { events in
      defer { events = [] }
      return events
    }
  }
}
