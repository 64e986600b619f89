import Encoding
import TokenExchange

/// Text for a user: a message or a hint.
///
/// Literals are trusted. A value needs a label that names its kind, which sanitizes
/// untrusted text: control characters and tokens do not reach a terminal or a log.
struct Message: Equatable, Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
  let text: String
  var description: String { text }

  init(stringLiteral text: String) { self.text = text }

  init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  static func + (left: Message, right: Message) -> Message { "\(left)\(right)" }

  /// The same inside a sentence: without the period with which Dex ends some descriptions.
  var withoutPeriod: Message {
    text.hasSuffix(".") ? Message(stringLiteral: String(text.dropLast())) : self
  }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

    mutating func appendLiteral(_ literal: String) { text += literal }

    mutating func appendInterpolation(_ number: Int) { text += String(number) }

    mutating func appendInterpolation(_ message: Message) { text += message.text }

    /// Text of a server, a file or the user.
    mutating func appendInterpolation(untrusted text: String, maxLength: Int = 300) {
      self.text += text.sanitized(maxLength: maxLength)
    }

    /// A word of the user, in quotes; withheld if it may be a secret.
    mutating func appendInterpolation(word text: String?) {
      guard let text else {
        self.text += "(not shown: it may be a secret)"
        return
      }
      self.text +=
        text.looksLikeToken
        ? "(not shown: \(text.utf8.count) bytes)" : JSON.quote(text.sanitizedWithEnds())
    }

    /// A duration in seconds.
    mutating func appendInterpolation(duration seconds: Double) {
      text += DurationText.text(seconds)
    }

    /// The path of a file.
    mutating func appendInterpolation(path: String) { text += path.sanitized() }

    /// A host name or address.
    mutating func appendInterpolation(host: String) { text += host.sanitized() }

    /// The name of an option, argument or variable, as this program defines it.
    mutating func appendInterpolation(option name: String) { text += name }

    /// Names of options, in a list such as `--a, --b and --c`.
    mutating func appendInterpolation(options names: [String]) { text += names.joinedByAnd }

    /// A suggestion such as `did you mean --issuer? `, if there is one.
    mutating func appendInterpolation(didYouMean name: String?) {
      if let name { text += "did you mean \(name)? " }
    }

    /// The name of a command, as this program defines it.
    mutating func appendInterpolation(command name: String) { text += name }

    /// A command line that works, as this program defines it.
    mutating func appendInterpolation(example: String) { text += example }

    /// The values that are possible.
    mutating func appendInterpolation(choices: [String]) {
      text += choices.joined(separator: ", ")
    }
  }
}

extension [String] {
  /// A list in a sentence: `a, b and c`.
  var joinedByAnd: String {
    guard let last, count > 1 else { return joined() }
    return dropLast().joined(separator: ", ") + " and " + last
  }
}
