/// The resources of a container, such as `cpu` and `memory`.
package struct PodResources: Sendable, Equatable {
  /// A resource and its quantity.
  package struct Item: Sendable, Equatable {
    package var resource: String
    package var quantity: String

    var value: Double { Self.value(of: quantity[...]) ?? 0 }

    /// The numeric value of a quantity.
    fileprivate static func value(of quantity: Substring) -> Double? {
      let digits = quantity.prefix { "0123456789.".contains($0) }
      let suffix = String(quantity.dropFirst(digits.count))
      guard let number = Double(digits), digits.first != ".", digits.last != ".",
        let factor = suffix.isEmpty ? 1 : factors[suffix]
      else { return nil }
      return number * factor
    }

    private static let factors: [String: Double] = [
      "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 1024, "Mi": 1_048_576,
      "Gi": 1_073_741_824, "Ti": 1_099_511_627_776,
    ]
  }

  package var requests: [Item]
  package var limits: [Item]

  /// Enough for the program; a namespace with a quota requires requests and limits.
  ///
  /// Measured on x86-64 with 140 CA certificates: the sidecar uses 23 MB after 31 renewals (4 MB of
  /// them private), and an exchange peaks at 22 MB and takes 0.15 s of CPU time. Between renewals,
  /// the sidecar uses almost no CPU time.
  package static let standard = PodResources(
    requests: [
      Item(resource: "cpu", quantity: "10m"), Item(resource: "memory", quantity: "32Mi"),
    ],
    limits: [
      Item(resource: "cpu", quantity: "500m"), Item(resource: "memory", quantity: "128Mi"),
    ])

  /// These resources with some quantities replaced.
  package func replacing(requests: [Item], limits: [Item]) -> PodResources {
    PodResources(
      requests: Self.replacing(self.requests, with: requests),
      limits: Self.replacing(self.limits, with: limits))
  }

  private static func replacing(_ items: [Item], with others: [Item]) -> [Item] {
    others.reduce(into: items) { items, other in
      if let index = items.firstIndex(where: { $0.resource == other.resource }) {
        items[index] = other
      } else {
        items.append(other)
      }
    }
  }

  /// A request that exceeds its limit, which the API server rejects.
  package var excess: (request: Item, limit: Item)? {
    for request in requests {
      if let limit = limits.first(where: { $0.resource == request.resource }),
        request.value > limit.value
      {
        return (request, limit)
      }
    }
    return nil
  }

  var yaml: YAML {
    """
    requests:
      \(requests.map(Self.line))
    limits:
      \(limits.map(Self.line))
    """
  }

  private static func line(_ item: Item) -> YAML { "\(item.resource): \(item.quantity)" }
}

extension PodResources.Item {
  /// Reads `cpu=100m`; nil if it is invalid.
  package init?(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, KubernetesName.isLabelKey(String(parts[0])),
      Self.value(of: parts[1]) != nil
    else { return nil }
    self.init(resource: String(parts[0]), quantity: String(parts[1]))
  }
}
