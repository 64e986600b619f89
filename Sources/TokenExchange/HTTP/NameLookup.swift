package import Encoding

/// What the name servers returned for one name that was tried.
package struct NameLookup: Sendable, Equatable {
  /// A kind of DNS record that holds an address.
  package enum RecordType: String, Sendable {
    case a = "A"
    case aaaa = "AAAA"
  }

  /// What came of the query for one type.
  package enum Outcome: Sendable, Equatable {
    /// The addresses.
    case addresses([IPAddress])
    /// NXDOMAIN: there is no such name.
    case noSuchName
    /// The name exists without a record of this type.
    case noRecord
    /// No server returned an answer that can be used.
    case failed([ServerFailure])
    /// No answer was there when the other type had decided the matter.
    case notAwaited
  }

  /// What one name server did instead of answering.
  package struct ServerFailure: Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
      /// A DNS response code, such as 2 for SERVFAIL.
      case responseCode(Int)
      /// No response within so many seconds.
      case noResponse(seconds: Double)
      /// The query could not be sent or was rejected; the system's words.
      case unreachable(String)
      /// The response broke the protocol.
      case malformed
      /// The server knows nothing itself and does not ask others.
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
  /// What came of each type that was asked for.
  package var outcomes: [RecordType: Outcome]
  /// How long it took.
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

  /// Whether a server failed to answer for one of the types.
  package var isServerFailure: Bool {
    outcomes.values.contains { if case .failed = $0 { true } else { false } }
  }
}
