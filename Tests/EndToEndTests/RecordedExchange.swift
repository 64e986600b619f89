import Foundation
import StandIns
import TestSupport
import Testing

/// A file with recorded requests and responses, with placeholders such as `{code:3}` for random
/// values.
struct RecordedFile: Sendable {
  let tokens: [JSONValue]
  let exchanges: [RecordedExchange]

  init(_ name: String) {
    let file = Repository.root.appending(path: "Tests/Fixtures/\(name)")
    let document = (try? Data(contentsOf: file)).flatMap { try? JSONValue(parsing: $0) }
    tokens = document?["tokens"]?.array?.compactMap { $0["claims"] } ?? []
    exchanges = document?["exchanges"]?.array?.compactMap(RecordedExchange.init) ?? []
  }
}

/// A recorded request and the real server's response.
struct RecordedExchange: Sendable, CustomTestStringConvertible {
  let name: String
  let value: JSONValue
  let response: JSONValue

  var testDescription: String { name }

  init?(_ value: JSONValue) {
    guard let name = value["name"]?.string, let response = value["response"] else { return nil }
    self.name = name
    self.value = value
    self.response = response
  }

  var time: Date { Date(timeIntervalSince1970: value["time"]?.number ?? 0) }
  var port: Int { value["port"]?.integer ?? 0 }
  var status: Int? { response["status"]?.integer }
  var headers: [String: String] { response["headers"]?.texts ?? [:] }

  /// The tokens in the request, by number.
  var tokens: Set<Int> {
    let text = value["request"]?.text ?? ""
    return Set(text.matches(of: /\{(?:token|damaged):(\d+)\}/).compactMap { Int($0.1) })
  }

  /// The request, with its placeholders replaced.
  func request(_ bindings: [String: String]) -> LoopbackRequest {
    let request = value["request"]
    func filled(_ text: String) -> String {
      bindings.reduce(text) { $0.replacing($1.key, with: $1.value) }
    }
    var headers = (request?["headers"]?.texts ?? [:]).map {
      (name: $0.key, value: filled($0.value))
    }
    var body = filled(request?["body"]?.string ?? "")
    if let form = request?["form"]?.array {
      headers.append((name: "Content-Type", value: "application/x-www-form-urlencoded"))
      body = FormFields.encode(
        form.map { ($0.array?[0].string ?? "", filled($0.array?[1].string ?? "")) })
    }
    return LoopbackRequest(
      method: request?["method"]?.string ?? "", target: filled(request?["target"]?.string ?? ""),
      headers: headers, body: Array(body.utf8))
  }
}

extension JSONValue {
  /// The members of a JSON object that contains only strings.
  var texts: [String: String] {
    let pairs = object?.members.map { ($0.name, $0.value.string ?? "") } ?? []
    return Dictionary(pairs) { first, _ in first }
  }
}

/// Compares texts with recorded ones, and stores the values of their placeholders.
struct PlaceholderMatcher {
  var bindings: [String: String] = [:]
  /// Values that may differ each time, such as tokens; their claims are checked.
  var tokens: [(placeholder: String, text: String)] = []

  /// Whether a text equals the recorded one, except for random values.
  mutating func matches(_ text: String, _ recorded: String) -> Bool {
    var rest = text[...]
    var expected = recorded[...]
    while let match = expected.firstMatch(of: /\{([a-z]+):\d+\}/) {
      let literal = expected[..<match.range.lowerBound]
      guard rest.hasPrefix(literal) else { return false }
      rest = rest.dropFirst(literal.count)
      expected = expected[match.range.upperBound...]
      let value = String(
        rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.:=".contains($0)) })
      guard !value.isEmpty else { return false }
      rest = rest.dropFirst(value.count)
      let placeholder = String(match.output.0)
      switch match.output.1 {
      case "token": tokens.append((placeholder, value))
      case "kid", "n", "time", "version": break
      default:
        if let known = bindings[placeholder], known != value { return false }
        bindings[placeholder] = value
      }
    }
    return rest == expected
  }
}
