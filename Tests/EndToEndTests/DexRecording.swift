import Foundation
import StandIns
import TestSupport
import Testing

/// A request that was sent to a real Dex, and its response.
struct DexRecording: Sendable, CustomTestStringConvertible {
  let name: String
  let request: LoopbackRequest
  let status: Int
  let headers: [String: String]
  let body: String

  var testDescription: String { name }

  static let all: [DexRecording] = {
    let file = Repository.root.appending(path: "Tests/Fixtures/dex-recordings.json")
    guard let data = try? Data(contentsOf: file), let document = try? JSONValue(parsing: data)
    else { return [] }
    return document["exchanges"]?.array?.compactMap(DexRecording.init) ?? []
  }()

  static func named(_ matches: (String) -> Bool) -> [DexRecording] {
    all.filter { matches($0.name) }
  }

  init?(_ value: JSONValue) {
    guard let name = value["name"]?.string, let request = value["request"],
      let response = value["response"], let status = response["status"]?.integer
    else { return nil }
    self.name = name
    self.status = status
    body = response["body"]?.string ?? ""
    headers = response["headers"]?.texts ?? [:]
    let form = request["form"]?.array?.map { field in
      Self.encode(field["name"]?.string ?? "") + "=" + Self.encode(field["value"]?.string ?? "")
    }
    self.request = LoopbackRequest(
      method: request["method"]?.string ?? "", target: request["target"]?.string ?? "",
      headers: (request["headers"]?.texts ?? [:]).map { (name: $0.key, value: $0.value) },
      body: Array((form?.joined(separator: "&") ?? request["body"]?.string ?? "").utf8))
  }

  static func encode(_ text: String) -> String {
    let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
    return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
  }

  /// The name of the key that signed the recorded subject token.
  var subjectKeyID: String {
    request.formValue("subject_token").flatMap(JWT.init)?.header["kid"]?.string ?? ""
  }

  /// The body, if it is JSON.
  var json: JSONValue? { try? JSONValue(parsing: body) }

  /// The time of Dex's response in seconds, from its token or else from `Date`.
  var time: Double {
    if let token = json?["access_token"]?.string, let issued = JWT(token)?.claims["iat"]?.integer {
      return Double(issued)
    }
    let strategy = Date.VerbatimFormatStyle(
      format: """
        \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \
        \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
        \(second: .twoDigits) GMT
        """, locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt,
      calendar: Calendar(identifier: .gregorian)
    ).parseStrategy
    let date = headers["Date"].flatMap { try? Date($0, strategy: strategy) }
    return date?.timeIntervalSince1970 ?? 0
  }
}
