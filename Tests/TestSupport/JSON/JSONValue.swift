/// A JSON value that keeps the order of members, independent of the product's JSON code.
public enum JSONValue: Sendable, Equatable {
  /// JSON null.
  case null
  /// A boolean.
  case bool(Bool)
  /// A number without fraction or exponent that fits in an `Int`.
  case integer(Int)
  /// Any other number.
  case double(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object.
  case object(JSONObject)

  /// The member with that name, if this is an object that has it.
  public subscript(name: String) -> JSONValue? { object?[name] }

  /// The string, if this is one.
  public var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The integer, if this is one.
  public var integer: Int? { if case .integer(let value) = self { value } else { nil } }

  /// The boolean, if this is one.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The elements, if this is an array.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  /// The object, if this is one.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// The number, with or without a fraction.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByNilLiteral, ExpressibleByFloatLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// A boolean.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object with its members in this order.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements))
  }
  /// JSON null.
  public init(nilLiteral: ()) { self = .null }
}

extension JSONValue {
  /// Makes an array of strings.
  public static func strings(_ values: [String]) -> JSONValue { .array(values.map(Self.string)) }
}
