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
}
