import Foundation

/// An HTTP request as a loopback server received it.
public struct LoopbackRequest: Sendable {
  /// The method.
  public var method: String
  /// The target: path and query as sent.
  public var target: String
  /// Names and values in the order in which they were sent.
  public var headers: [(name: String, value: String)]
  /// The body.
  public var body: [UInt8]

  /// Makes a request.
  public init(
    method: String = "GET", target: String, headers: [(name: String, value: String)] = [],
    body: [UInt8] = []
  ) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
  }

  /// The path, not percent-decoded.
  public var path: String { String(target.prefix { $0 != "?" }) }

  /// The query.
  public var query: String { String(target.dropFirst(path.count + 1)) }

  /// The first header with that name, compared without case.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// The body as text.
  public var text: String { String(decoding: body, as: UTF8.self) }

  /// The fields of a form body in order; empty if the body is not a form.
  public var form: [(name: String, value: String)] {
    let type = header("Content-Type") ?? ""
    guard type.lowercased().hasPrefix("application/x-www-form-urlencoded") else { return [] }
    return Self.fields(text)
  }

  /// The first value of a field in the form body.
  public func formValue(_ name: String) -> String? { form.first { $0.name == name }?.value }

  /// Parses `application/x-www-form-urlencoded` text; malformed fields are skipped, as in Go.
  public static func fields(_ text: String) -> [(name: String, value: String)] {
    text.split(separator: "&").compactMap { field in
      let halves = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = unescape(halves[0]),
        let value = halves.count == 2 ? unescape(halves[1]) : ""
      else { return nil }
      return (name: name, value: value)
    }
  }

  /// Decodes form encoding as Go's `url.QueryUnescape` does: nil for an invalid percent sequence.
  public static func unescape(_ text: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case 0x2B: bytes.append(0x20)
      case 0x25:
        let hex = String(decoding: rest.prefix(2), as: UTF8.self)
        guard hex.utf8.count == 2, hex.allSatisfy(\.isHexDigit), let value = UInt8(hex, radix: 16)
        else { return nil }
        bytes.append(value)
        rest = rest.dropFirst(2)
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
