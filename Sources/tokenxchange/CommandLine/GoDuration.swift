/// Durations as Go and Kubernetes write them: `90s`, `10m`, `1h30m`, `1.5h`, `300ms`.
enum GoDuration {
  /// The shortest duration that an option accepts, in seconds, except for zero.
  static let shortest = 0.001
  /// The longest duration that is parsed, in seconds: conversions to `Int` would overflow.
  static let longest = 1e10
  static let year = 8760 * 3600.0

  /// Parses a non-negative duration of at most `limit` seconds; nil for anything else.
  static func seconds(_ text: String, limit: Double = longest) -> Double? {
    if text == "0" { return 0 }
    var rest = text[...]
    var total = 0.0
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let number = Double(digits), let scale = scale(of: String(unit)) else { return nil }
      total += number * scale
    }
    return total <= limit ? total : nil
  }

  /// The seconds of a unit; a dictionary would cost every run a search for conformances.
  private static func scale(of unit: String) -> Double? {
    switch unit {
    case "h": 3600
    case "m": 60
    case "s": 1
    case "ms": 1e-3
    case "us", "µs", "μs": 1e-6
    case "ns": 1e-9
    default: nil
    }
  }
}
