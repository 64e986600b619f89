/// Any JSON value (RFC 8259).
///
/// Tokens, responses and exec info can have members of any type. An accessor for another type
/// returns nil.
package enum JSON: Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number that fits 64 bits.
  case integer(Int64)
  /// Any other number.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSON])
  /// An object.
  case object(Object)

  /// Reads a whole JSON text: UTF-8 without a byte order mark.
  package init(reading bytes: [UInt8]) throws(JSONError) {
    var reader = JSONReader(bytes)
    self = try reader.document()
  }

  /// Reads a whole JSON text, or returns nil if ``init(reading:)`` rejects it.
  package init?(parsing bytes: [UInt8]) {
    do throws(JSONError) { try self.init(reading: bytes) } catch { return nil }
  }

  /// The name that two members of an object have; nil if that is not why a text is rejected.
  package static func duplicateName(in bytes: [UInt8]) -> String? {
    do throws(JSONError) { _ = try JSON(reading: bytes) } catch { return error.duplicateName }
    return nil
  }

  /// A member of an object; nil if this is not an object or has no such member.
  package subscript(name: String) -> JSON? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  /// The text of a string, or nil for anything else.
  package var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The members of an object, or nil for anything else.
  package var object: Object? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The strings of an array; nil if this is not an array of strings.
  package var strings: [String]? {
    guard case .array(let items) = self else { return nil }
    let strings = items.compactMap(\.string)
    return strings.count == items.count ? strings : nil
  }

  /// The Boolean value, or nil for anything else.
  package var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// A number, or a string that contains one, as some servers send `expires_in`.
  package var lenientNumber: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .string(let text): Double(text).flatMap { $0.isFinite ? $0 : nil }
    default: nil
    }
  }
}

extension JSON: Equatable {
  /// Compares texts byte by byte.
  package static func == (left: JSON, right: JSON) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): left.hasSameBytes(as: right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }
}
