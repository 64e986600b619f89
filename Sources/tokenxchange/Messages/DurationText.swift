import FoundationEssentials

/// Durations as text for users.
enum DurationText {
  /// A duration in its largest unit or two, such as `45 s`, `10 min`, `1 h 30 min`, `3 d` or
  /// `57 years`.
  ///
  /// - Parameter seconds: The duration; its sign is ignored.
  /// - Returns: The text.
  static func text(_ seconds: Double) -> String {
    let total = Int(min(abs(seconds), 1e15).rounded())
    switch total {
    case ..<120: return "\(total) s"
    case ..<3600: return "\(total / 60) min"
    case ..<172_800:
      let minutes = total / 60 % 60
      return "\(total / 3600) h" + (minutes == 0 ? "" : " \(minutes) min")
    case ..<63_115_200: return "\(total / 86_400) d"
    case ..<3_155_760_000: return "\(total / 31_557_600) years"
    default: return "over 100 years"
    }
  }

  /// A date relative to another, such as `in 41 min` or `3 s ago`.
  static func relative(_ date: Date, to now: Date) -> String {
    let duration = text(date.timeIntervalSince(now))
    return date > now ? "in " + duration : duration + " ago"
  }
}
