import Encoding
import FoundationEssentials

/// Durations as text for users.
enum DurationText {
  /// A duration in its largest unit or two, such as `45 s`, `10 min`, `1 h 30 min`, `3 d` or
  /// `57 years`; the sign of `seconds` is ignored.
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

  /// A time limit, as precise as it was set: `0.3 s`, `90 s` or `5 min`.
  static func exact(_ seconds: Double) -> String {
    if seconds >= 120, seconds.truncatingRemainder(dividingBy: 60) == 0 { return text(seconds) }
    let steps = seconds < 0.1 ? 1000.0 : seconds < 10 ? 100 : 1
    let seconds = (min(seconds, 1e9) * steps).rounded() / steps
    return seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
  }

  /// A date relative to another, such as `in 41 min` or `3 s ago`.
  static func relative(_ date: Date, to now: Date) -> String {
    let duration = text(date.timeIntervalSince(now))
    return date > now ? "in " + duration : duration + " ago"
  }

  /// A date and its distance, such as `2026-11-29T11:20:00Z, in 41 min`.
  static func date(_ date: Date, relativeTo now: Date) -> String {
    "\(Timestamp.text(date)), \(relative(date, to: now))"
  }
}
