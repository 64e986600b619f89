public import FoundationEssentials

/// Spans of time in words, for messages to people.
public enum Lifetime {
  /// A span in its largest unit or two, such as `45 s`, `10 min`, `1 h 30 min` or `3 d`.
  ///
  /// - Parameter seconds: The span; its sign is dropped.
  /// - Returns: The words.
  public static func words(_ seconds: Double) -> String {
    let total = Int(min(abs(seconds), 1e15).rounded())
    switch total {
    case ..<120: return "\(total) s"
    case ..<7200: return "\(total / 60) min"
    case ..<172_800:
      let minutes = total / 60 % 60
      return "\(total / 3600) h" + (minutes == 0 ? "" : " \(minutes) min")
    case ..<3_153_600_000: return "\(total / 86_400) d"
    default: return "over 100 years"
    }
  }

  /// A moment against another, such as `in 41 min` or `3 s ago`.
  public static func relative(_ date: Date, to now: Date) -> String {
    let span = words(date.timeIntervalSince(now))
    return date > now ? "in " + span : span + " ago"
  }
}
