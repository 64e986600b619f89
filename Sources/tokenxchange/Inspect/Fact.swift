import Encoding
import Platform
import TokenExchange

/// A named value of a report: a line of its text and a member of its JSON.
struct Fact: Sendable, Equatable {
  var name: String
  var value: String

  init(_ name: String, _ value: String) {
    self.name = name
    self.value = value.sanitized(maxLength: 1000)
  }
}

extension [Fact] {
  /// The facts as JSON members; the last of several with the same name wins.
  var members: JSON.Object {
    reduce(into: [:]) { $0[$1.name] = .string($1.value) }
  }
}
