import Foundation

/// An HTTP request as a loopback server received it.
package struct LoopbackRequest: Sendable {
  package var method: String
  /// Path and query as sent.
  package var target: String
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]

  package init(
    method: String = "GET", target: String, headers: [(name: String, value: String)] = [],
    body: [UInt8] = []
  ) {
    (self.method, self.target, self.headers, self.body) = (method, target, headers, body)
  }

  /// The path, not percent-decoded.
  package var path: String { String(target.prefix { $0 != "?" }) }

  var query: String { String(target.dropFirst(path.count + 1)) }

  package func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  package var text: String { String(decoding: body, as: UTF8.self) }

  /// The fields of a form body in order; empty if the body is not a form.
  package var form: [(name: String, value: String)] {
    let type = header("Content-Type") ?? ""
    guard type.lowercased().hasPrefix("application/x-www-form-urlencoded") else { return [] }
    return FormFields.decode(text)
  }

  /// The first value of a field in the form body.
  package func formValue(_ name: String) -> String? { form.first { $0.name == name }?.value }

  /// The first value of a field in the query.
  func queryValue(_ name: String) -> String? {
    FormFields.decode(query).first { $0.name == name }?.value
  }
}

/// `application/x-www-form-urlencoded` as Go's `url.Values` handles it.
package enum FormFields {
  /// Writes fields sorted, with plus for space.
  package static func encode(_ fields: [(name: String, value: String)]) -> String {
    fields.enumerated().sorted { ($0.element.name, $0.offset) < ($1.element.name, $1.offset) }
      .map { escape($0.element.name) + "=" + escape($0.element.value) }.joined(separator: "&")
  }

  /// A URL with fields added to its query.
  static func appending(_ fields: [(name: String, value: String)], to url: String) -> String {
    let base = url.prefix { $0 != "?" }
    return base + "?" + encode(decode(String(url.dropFirst(base.count + 1))) + fields)
  }

  private static func escape(_ text: String) -> String {
    let plain = CharacterSet(
      charactersIn: "-_.~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ")
    return (text.addingPercentEncoding(withAllowedCharacters: plain) ?? "")
      .replacing(" ", with: "+")
  }

  /// Parses fields; malformed ones are skipped.
  package static func decode(_ text: String) -> [(name: String, value: String)] {
    text.split(separator: "&").compactMap { field in
      let halves = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = unescape(halves[0]), let value = unescape(halves.dropFirst().first ?? "")
      else { return nil }
      return (name: name, value: value)
    }
  }

  /// Returns nil for an invalid percent sequence.
  static func unescape(_ text: Substring) -> String? {
    text.replacing("+", with: " ").removingPercentEncoding
  }
}
