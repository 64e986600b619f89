package import FoundationEssentials

/// Times in the format of Kubernetes: RFC 3339, UTC, whole seconds.
package enum Timestamp {
  /// The last second of the year 9999, in seconds since 1970.
  package static let last = 253_402_300_799.0

  /// Writes a time, such as `2026-11-21T14:03:07Z`; fractions of a second are dropped.
  package static func text(_ date: Date) -> String {
    let seconds = Int(min(max(date.timeIntervalSince1970, 0), last).rounded(.down))
    let (days, time) = seconds.quotientAndRemainder(dividingBy: 86_400)
    // Days to a civil date, counting years from March, so that a leap day ends its year.
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    return padded(year, 4) + "-" + padded(month < 10 ? month + 3 : month - 9, 2) + "-"
      + padded(day, 2) + "T" + padded(time / 3600, 2) + ":" + padded(time / 60 % 60, 2) + ":"
      + padded(time % 60, 2) + "Z"
  }

  // Not the generic `text(width:)`: this is part of every run.
  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
