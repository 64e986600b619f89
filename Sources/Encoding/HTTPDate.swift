package import FoundationEssentials

/// The dates of HTTP headers (RFC 9110, section 5.6.7).
package enum HTTPDate {
  /// Reads the preferred form, such as `Sat, 21 Nov 2026 01:07:38 GMT`; nil for anything else.
  package static func parse(_ text: String) -> Date? {
    let parts = text.split(whereSeparator: { " :".contains($0) })
    guard parts.count == 8, parts[7] == "GMT", let day = Int(parts[1]),
      let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3]),
      let hour = Int(parts[4]), let minute = Int(parts[5]), let second = Int(parts[6]),
      (1...31).contains(day), (1970...9999).contains(year), (0...23).contains(hour),
      (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    // Counting years from March puts a leap day at the end of its year.
    let shiftedYear = month < 2 ? year - 1 : year
    let shiftedMonth = (month + 10) % 12
    let days =
      shiftedYear * 365 + shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
      + (153 * shiftedMonth + 2) / 5 + day - 1 - 719_468
    return Date(timeIntervalSince1970: Double(days * 86_400 + hour * 3600 + minute * 60 + second))
  }

  /// Reads `Retry-After`, a number of seconds or a date, as seconds from now, never negative; nil if
  /// it is neither.
  package static func retryAfter(_ text: String, now: Date) -> Double? {
    if let seconds = Double(text), seconds.isFinite { return max(seconds, 0) }
    return parse(text).map { max($0.timeIntervalSince(now), 0) }
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
