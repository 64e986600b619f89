import Encoding
import FoundationEssentials
import TokenExchange

extension Message {
  /// A time limit, as precise as it was given: `0.3 s`, `90 s` or `5 min`.
  static func seconds(_ seconds: Double) -> String {
    if seconds >= 120, seconds.truncatingRemainder(dividingBy: 60) == 0 {
      return DurationText.text(seconds)
    }
    let steps = seconds < 0.1 ? 1000.0 : seconds < 10 ? 100 : 1
    let seconds = (min(seconds, 1e9) * steps).rounded() / steps
    return seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
  }
}

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

  /// A time limit in seconds.
  mutating func appendInterpolation(timeout seconds: Double) {
    appendLiteral(Message.seconds(seconds))
  }

  /// Untrusted texts in a list; `none` if there are none.
  mutating func appendInterpolation(list texts: [String]) {
    appendLiteral(texts.isEmpty ? "none" : texts.joined(separator: ", ").sanitized())
  }

  /// An untrusted text in quotes.
  mutating func appendInterpolation(quoted text: String, maxLength: Int = 100) {
    appendLiteral(JSON.quote(text.sanitized(maxLength: maxLength)))
  }
}
