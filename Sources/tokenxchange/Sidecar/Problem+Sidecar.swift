import FoundationEssentials
import TokenExchange

/// What can be wrong with a file that is kept, and with how to keep it.
extension Problem {
  static func badMode(_ text: String, source: String) -> Problem {
    Problem(
      .usage, "\(source) cannot be \(shown(text))",
      hint: "it is three octal digits, such as 0600 or 0640, and lets the owner read and write")
  }

  /// The file to write is one that is read; `input` says which, after "the file that".
  static func writesInput(_ path: String, source: String, _ input: String) -> Problem {
    Problem(
      .usage, "\(source) \(path.sanitized()) is the file that \(input)",
      hint: "name another file to write: this one would be lost with the first renewal")
  }

  static func dexFileOfSetting(_ name: String) -> Problem {
    Problem(
      .usage, "\(shown(name)) is not read from a file",
      hint: "write dex_\(name.dropFirst(9)) with the value itself")
  }

  static let dexEndpointMissing = Problem(
    .usage, "dex_access_token_file is set, but dex_endpoint is not",
    hint: "dex_endpoint is the URL of Dex's token endpoint, such as https://dex.example.org/token")

  static func badField(_ path: String, source: String) -> Problem {
    Problem(
      .usage, "\(source) \(path.sanitized()): it is not UTF-8 text",
      hint: "it must hold the field's value and nothing else")
  }

  /// A field read from a file, whose content is not shown.
  static func badFileChoice(source: String, choices: [String]) -> Problem {
    Problem(
      .usage, "the file of \(source) holds another value than is allowed (not shown)",
      hint: "it is one of \(choices.joined(separator: ", "))")
  }

  static func keptFileMissing(_ path: String) -> Problem {
    Problem(
      .subjectToken, "there is no file \(path.sanitized())",
      hint: "the sidecar has not got a token yet, or removed one that had ended: see its log")
  }

  static func keptFileUnusable(_ path: String, _ what: String) -> Problem {
    Problem(
      .subjectToken, "\(path.sanitized()) \(what)",
      hint: "is it the file that tokenxchange sidecar writes? see also the sidecar's --mode")
  }

  static func keptTokenBegins(_ path: String, _ start: Date, _ now: Date) -> Problem {
    Problem(
      .subjectToken,
      "the token in \(path.sanitized()) is not valid before \(Timestamp.text(start)) "
        + "(our clock: \(Timestamp.text(now)))",
      hint: "this machine's clock and Dex's differ")
  }

  static func keptTokenEndless(_ path: String) -> Problem {
    Problem(
      .subjectToken, "the end of the token in \(path.sanitized()) cannot be read",
      hint: "leave --min-ttl out for a token that does not tell its end")
  }

  static func keptTokenEnds(
    _ path: String, _ expiry: Date, _ now: Date, minimum: Double
  ) -> Problem {
    let left = expiry.timeIntervalSince(now)
    let what =
      left > 0
      ? "is good for \(Lifetime.words(left)) only, and \(Lifetime.words(minimum)) are wanted"
      : "expired \(Lifetime.words(left)) ago"
    return Problem(
      .subjectToken,
      "the token in \(path.sanitized()) \(what): it ends at \(Timestamp.text(expiry)) "
        + "(our clock: \(Timestamp.text(now)))",
      hint: "the sidecar's log says why it has not been renewed")
  }
}
