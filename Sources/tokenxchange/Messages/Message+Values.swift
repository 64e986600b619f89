import Encoding
import FoundationEssentials
import Glibc
import TokenExchange

extension Message.StringInterpolation {
  /// A URL that was checked.
  mutating func appendInterpolation(url: EndpointURL) { appendLiteral(url.text) }

  /// The host of a URL, with its port if that is not the scheme's default.
  mutating func appendInterpolation(authority url: EndpointURL) { appendLiteral(url.authority) }

  /// The host and port of a URL.
  mutating func appendInterpolation(hostAndPort url: EndpointURL) {
    appendLiteral(url.hostAndPort)
  }

  /// A point in time.
  mutating func appendInterpolation(time date: Date) { appendLiteral(Timestamp.text(date)) }

  /// That a token has expired, such as `expired 1 h ago, at …`.
  mutating func appendInterpolation(expired date: Date, now: Date) {
    let relative = DurationText.relative(date, to: now)
    appendLiteral(
      "expired \(relative), at \(Timestamp.text(date)) (local clock: \(Timestamp.text(now)))")
  }

  /// That a token is not valid yet, such as `is not valid before …, in 3 min`.
  mutating func appendInterpolation(notYetValid start: Date, now: Date) {
    let relative = DurationText.relative(start, to: now)
    appendLiteral("is not valid before \(Timestamp.text(start)), \(relative)")
    appendLiteral(" (local clock: \(Timestamp.text(now)))")
  }

  /// A time limit in seconds.
  mutating func appendInterpolation(timeout seconds: Double) {
    appendLiteral(DurationText.exact(seconds))
  }

  /// A number with its noun, such as `1 file` or `3 files`.
  mutating func appendInterpolation(count: Int, _ singular: String, _ plural: String) {
    appendLiteral("\(count) \(count == 1 ? singular : plural)")
  }

  /// Untrusted texts in a list; `none` if there are none.
  mutating func appendInterpolation(list texts: [String]) {
    appendLiteral(texts.isEmpty ? "none" : texts.joined(separator: ", ").sanitized())
  }

  /// An untrusted text in quotes.
  mutating func appendInterpolation(quoted text: String, maxLength: Int = 100) {
    appendLiteral(JSON.quote(text.sanitized(maxLength: maxLength)))
  }

  /// The system's message for an error number.
  mutating func appendInterpolation(errno code: Int32) { appendLiteral(systemMessage(code)) }
}

/// The system's message for an error number.
func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }
