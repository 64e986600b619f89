import FoundationEssentials

/// Any JSON value (RFC 8259).
///
/// Tokens, answers and exec info come from outside with members of any type, so they are read to
/// this and then asked for what is needed; a wrong type is then a nil and not a thrown error.
public enum JSON: Sendable, Equatable {
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
  /// An object; of members with the same name one is kept.
  case object([String: JSON])

  /// Reads a whole JSON text, or returns nil if it is not one.
  ///
  /// A text that is nested more than 64 deep, or has more than 20,000 values, is none either: it
  /// comes from nobody who means well, and JSONDecoder would take seconds for it.
  public init?(parsing bytes: [UInt8]) {
    guard Self.isModest(bytes), let value = try? JSONDecoder().decode(JSON.self, from: Data(bytes))
    else { return nil }
    self = value
  }

  /// Whether a text has no more brackets and commas than anything that is meant to be read here.
  private static func isModest(_ bytes: [UInt8]) -> Bool {
    var depth = 0
    var values = 0
    var isInString = false
    var isEscaped = false
    for byte in bytes {
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: ","): values += 1
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        values += 1
        guard depth <= 64 else { return false }
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
    }
    return values <= 20_000
  }

  /// The member of an object, or nil if this is no object or has none of that name.
  public subscript(name: String) -> JSON? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  /// The text of a string, or nil for anything else.
  public var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The members of an object, or nil for anything else.
  public var object: [String: JSON]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The strings of an array, or nil if this is no array or holds anything else.
  public var strings: [String]? {
    guard case .array(let items) = self else { return nil }
    let strings = items.compactMap(\.string)
    return strings.count == items.count ? strings : nil
  }

  /// The truth value, or nil for anything else.
  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// A number, also one that is written as a string, as some servers write `expires_in`.
  public var lenientNumber: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .string(let text): Double(text).flatMap { $0.isFinite ? $0 : nil }
    default: nil
    }
  }
}

extension JSON: Decodable {
  /// Decodes by trying the types in turn; dates and keys are taken as they are.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let text = try? value.decode(String.self) {
      self = .string(text)
    } else if let integer = try? value.decode(Int64.self) {
      self = .integer(integer)
    } else if let members = try? value.decode([String: JSON].self) {
      self = .object(members)
    } else if let items = try? value.decode([JSON].self) {
      self = .array(items)
    } else if let truth = try? value.decode(Bool.self) {
      self = .bool(truth)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if value.decodeNil() {
      self = .null
    } else {
      throw DecodingError.dataCorruptedError(in: value, debugDescription: "not JSON")
    }
  }
}
