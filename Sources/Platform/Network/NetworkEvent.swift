package import Encoding
import Synchronization
package import TokenExchange

/// A step before the connection of a request, for `--verbose` and the doctor.
package enum NetworkEvent: Sendable, Equatable {
  /// Whether a proxy is used.
  case route(ProxyRoute)
  /// `/etc/hosts` contains the host.
  case hostsFile(host: String, addresses: [IPAddress])
  /// The settings of `/etc/resolv.conf`.
  case resolver(ResolverConfiguration)
  /// One name was looked up.
  case lookup(NameLookup)
}

/// Passes network events to their observers.
final class NetworkEvents: Sendable {
  private let observers = Mutex<[@Sendable (NetworkEvent) -> Void]>([])

  /// Adds an observer, which is never removed.
  func observe(_ observer: @escaping @Sendable (NetworkEvent) -> Void) {
    observers.withLock { $0.append(observer) }
  }

  /// Passes an event to the observers; without observers it is not created.
  func post(_ event: @autoclosure () -> NetworkEvent) {
    let observers = observers.withLock { $0 }
    guard !observers.isEmpty else { return }
    let event = event()
    for observer in observers { observer(event) }
  }
}

/// Collects network events.
package final class NetworkRecord: Sendable {
  private let events = Mutex<[NetworkEvent]>([])

  package init() {}

  /// Adds an event.
  package func add(_ event: NetworkEvent) { events.withLock { $0.append(event) } }

  /// Returns the collected events and removes them.
  package func take() -> [NetworkEvent] {
    events.withLock { events in
      defer { events = [] }
      return events
    }
  }
}
