package import Encoding

/// The responses of the name servers for one name.
package struct NameLookup: Sendable, Equatable {
  /// A DNS record type for addresses.
  package enum RecordType: String, Sendable {
    case a = "A"
    case aaaa = "AAAA"
  }

  /// The result of the query for one type.
  package enum Outcome: Sendable, Equatable {
    /// The addresses.
    case addresses([IPAddress])
    /// NXDOMAIN: the name does not exist.
    case noSuchName
    /// The name exists without a record of this type.
    case noRecord
    /// No server returned a usable response.
    case failed([ServerFailure])
    /// The response was not awaited, because the other type decided the result.
    case notAwaited
  }

  /// Why one name server returned no usable response.
  package struct ServerFailure: Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
      /// A DNS response code, such as 2 for SERVFAIL.
      case responseCode(Int)
      /// No response within so many seconds.
      case noResponse(seconds: Double)
      /// The query could not be sent or was rejected; the system's message.
      case unreachable(String)
      /// The response is malformed.
      case malformed
      /// The server is not authoritative and does not recurse.
      case noRecursion
    }

    package var server: String
    package var reason: Reason

    package init(server: String, reason: Reason) {
      self.server = server
      self.reason = reason
    }
  }

  /// The name, without a trailing dot.
  package var name: String
  /// The result for each type that was queried.
  package var outcomes: [RecordType: Outcome]
  /// The duration, in seconds.
  package var seconds: Double

  package init(name: String, outcomes: [RecordType: Outcome], seconds: Double) {
    self.name = name
    self.outcomes = outcomes
    self.seconds = seconds
  }

  /// The addresses, those of IPv6 first.
  package var addresses: [IPAddress] {
    [RecordType.aaaa, .a].flatMap { type -> [IPAddress] in
      if case .addresses(let found)? = outcomes[type] { return found }
      return []
    }
  }

  /// Whether all servers failed for one of the types.
  package var isServerFailure: Bool {
    outcomes.values.contains { if case .failed = $0 { true } else { false } }
  }
}
