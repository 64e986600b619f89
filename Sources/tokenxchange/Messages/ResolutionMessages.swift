import Encoding
import TokenExchange

extension NameLookup {
  /// The result, such as `NXDOMAIN` or `SERVFAIL from 10.96.0.10`.
  var result: String {
    guard let four = outcomes[.a] else { return outcomes[.aaaa].map(Self.text) ?? "" }
    guard let six = outcomes[.aaaa], six != four else { return Self.text(four) }
    if !addresses.isEmpty {
      return [four, six].filter { if case .addresses = $0 { true } else { false } }.map(Self.text)
        .joined(separator: ", ") + (isServerFailure || isPartial ? " (\(missingPart))" : "")
    }
    return "A: \(Self.text(four)), AAAA: \(Self.text(six))"
  }

  /// Whether no server returned a response.
  var hasNoResponse: Bool {
    outcomes.values.allSatisfy { outcome in
      guard case .failed(let failures) = outcome else { return false }
      return failures.allSatisfy { failure in
        switch failure.reason {
        case .noResponse, .unreachable: true
        default: false
        }
      }
    }
  }

  private var isPartial: Bool { outcomes.values.contains(.notAwaited) }

  /// The result of the record type without addresses.
  private var missingPart: String {
    [RecordType.a, .aaaa].compactMap { type in
      switch outcomes[type] {
      case .failed(let failures)?: "\(type.rawValue): \(Self.text(.failed(failures)))"
      case .notAwaited?: "\(type.rawValue): no response yet"
      default: nil
      }
    }.joined(separator: ", ")
  }

  /// One line about all names that were tried, grouped by result.
  static func summary(of lookups: [NameLookup], host: String? = nil) -> String {
    if lookups.count > 1, lookups.allSatisfy(\.hasNoResponse), let first = lookups.first {
      return first.withSeconds(lookups.map(\.seconds).reduce(0, +)).result
    }
    var groups: [(result: String, names: [String])] = []
    // Server failures come first, because they are the likely cause.
    for lookup in lookups.filter(\.isServerFailure) + lookups.filter({ !$0.isServerFailure }) {
      let result = lookup.result
      if let index = groups.firstIndex(where: { $0.result == result }) {
        groups[index].names.append(lookup.name)
      } else {
        groups.append((result, [lookup.name]))
      }
    }
    if lookups.count == 1, lookups[0].name == host { return groups[0].result }
    return groups.map { "\($0.result) for \($0.names.joined(separator: ", "))" }
      .joined(separator: "; ")
  }

  /// This lookup with another duration for missing responses.
  private func withSeconds(_ seconds: Double) -> NameLookup {
    var copy = self
    copy.outcomes = outcomes.mapValues { outcome in
      guard case .failed(let failures) = outcome else { return outcome }
      return .failed(
        failures.map { failure in
          guard case .noResponse = failure.reason else { return failure }
          return ServerFailure(server: failure.server, reason: .noResponse(seconds: seconds))
        })
    }
    return copy
  }

  private static func text(_ outcome: Outcome) -> String {
    switch outcome {
    case .addresses(let addresses): addresses.map(\.text).joined(separator: ", ")
    case .noSuchName: "NXDOMAIN"
    case .noRecord: "no address record"
    case .notAwaited: "no response yet"
    case .failed(let failures): failures.map(text).joined(separator: ", ")
    }
  }

  private static func text(_ failure: ServerFailure) -> String {
    switch failure.reason {
    case .responseCode(let code): "\(name(ofCode: code)) from \(failure.server)"
    case .noResponse(let seconds):
      "no response from \(failure.server) within \(DurationText.exact((seconds * 10).rounded() / 10))"
    case .unreachable(let reason): "no response from \(failure.server) (\(reason))"
    case .malformed: "a malformed response from \(failure.server)"
    case .noRecursion: "\(failure.server) does not support recursion"
    }
  }

  /// The name of a response code (RFC 1035, section 4.1.1).
  private static func name(ofCode code: Int) -> String {
    switch code {
    case 1: "FORMERR"
    case 2: "SERVFAIL"
    case 4: "NOTIMP"
    case 5: "REFUSED"
    default: "response code \(code)"
    }
  }
}
