/// Why a text is not JSON, or exceeds the limits of this program.
package enum JSONError: Error, Equatable, Sendable {
  /// A byte, or the end of the text, that the grammar does not allow at this offset.
  case unexpectedByte(at: Int)
  /// A string that has a control character, a bad escape, half a surrogate pair or bad UTF-8; the
  /// offset is where that is, or where the string begins.
  case invalidString(at: Int)
  /// A number that exceeds a `Double`, or is longer than 500 characters.
  case numberOutOfRange(at: Int)
  /// An object has two members of the same name.
  case duplicateName(String)
  /// Nesting deeper than ``JSONReader/maximumDepth``.
  case tooDeep
  /// More elements and members than ``JSONReader/maximumCount``.
  case tooManyValues
}

extension JSONError {
  /// The name that two members of an object have, if that is the error.
  package var duplicateName: String? {
    if case .duplicateName(let name) = self { name } else { nil }
  }
}

/// Reads JSON text in one pass and in linear time.
///
/// It accepts RFC 8259 and nothing else: UTF-8 only, no byte order mark, no trailing comma. Two
/// members of the same name are rejected, because readers disagree on which of them counts.
struct JSONReader {
  /// How deep arrays and objects may be nested.
  static let maximumDepth = 64
  /// How many elements and members a text may have in total.
  static let maximumCount = 20_000
  /// How many bytes a number may have.
  private static let longestNumber = 500

  private let bytes: [UInt8]
  private var index = 0
  private var count = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSON {
    skipWhitespace()
    let value = try value(depth: 0)
    skipWhitespace()
    guard index == bytes.count else { throw .unexpectedByte(at: index) }
    return value
  }

  /// The byte at the current offset; 0, which no grammar rule allows, at the end.
  private var next: UInt8 { index < bytes.count ? bytes[index] : 0 }

  private mutating func skipWhitespace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default: return
      }
    }
  }

  /// Moves past a byte if it comes next.
  private mutating func skip(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    index += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard skip(byte) else { throw .unexpectedByte(at: index) }
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSON {
    switch next {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: throw .unexpectedByte(at: index)
    }
  }

  private mutating func literal(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
    for offset in 0..<text.utf8CodeUnitCount { try expect(text.utf8Start[offset]) }
    return value
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSON {
    guard depth < Self.maximumDepth else { throw .tooDeep }
    index += 1
    skipWhitespace()
    if skip(UInt8(ascii: "]")) { return .array([]) }
    var items: [JSON] = []
    repeat {
      try countValue()
      skipWhitespace()
      items.append(try value(depth: depth + 1))
      skipWhitespace()
    } while skip(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
    return .array(items)
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSON {
    guard depth < Self.maximumDepth else { throw .tooDeep }
    index += 1
    skipWhitespace()
    if skip(UInt8(ascii: "}")) { return .object([:]) }
    var members: [JSON.Object.Member] = []
    repeat {
      try countValue()
      skipWhitespace()
      guard next == UInt8(ascii: "\"") else { throw .unexpectedByte(at: index) }
      let name = try string()
      skipWhitespace()
      try expect(UInt8(ascii: ":"))
      skipWhitespace()
      members.append(.init(name: name, value: try value(depth: depth + 1)))
      skipWhitespace()
    } while skip(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
    return .object(try JSON.Object(members))
  }

  private mutating func countValue() throws(JSONError) {
    count += 1
    guard count <= Self.maximumCount else { throw .tooManyValues }
  }
}

// MARK: Numbers

extension JSONReader {
  private mutating func number() throws(JSONError) -> JSON {
    let start = index
    let isNegative = skip(UInt8(ascii: "-"))
    // Negative, because the smallest number has no positive twin.
    var integer: Int64? = 0
    if !skip(UInt8(ascii: "0")) {
      try digits { digit in
        integer = integer.flatMap { Self.appending(digit, to: $0) }
      }
    }
    var isInteger = true
    if skip(UInt8(ascii: ".")) {
      isInteger = false
      try digits { _ in }
    }
    if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
      isInteger = false
      if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
      try digits { _ in }
    }
    if isInteger, let integer, isNegative || integer != .min {
      return .integer(isNegative ? integer : -integer)
    }
    return try double(start..<index)
  }

  private mutating func digits(_ take: (UInt8) -> Void) throws(JSONError) {
    let start = index
    while case let byte = next, UInt8(ascii: "0") <= byte, byte <= UInt8(ascii: "9") {
      take(byte - UInt8(ascii: "0"))
      index += 1
    }
    guard index > start else { throw .unexpectedByte(at: index) }
  }

  /// A negative number with one more digit; nil if it exceeds 64 bits.
  private static func appending(_ digit: UInt8, to integer: Int64) -> Int64? {
    let (product, isTooLarge) = integer.multipliedReportingOverflow(by: 10)
    let (sum, isStillTooLarge) = product.subtractingReportingOverflow(Int64(digit))
    return isTooLarge || isStillTooLarge ? nil : sum
  }

  private func double(_ range: Range<Int>) throws(JSONError) -> JSON {
    guard range.count <= Self.longestNumber,
      let number = Double(String(decoding: bytes[range], as: UTF8.self)), number.isFinite
    else { throw .numberOutOfRange(at: range.lowerBound) }
    // `1.0` and `1e2` are whole numbers too.
    if abs(number) < 0x1p53, number == number.rounded() { return .integer(Int64(number)) }
    return .number(number)
  }
}

// MARK: Strings

extension JSONReader {
  private mutating func string() throws(JSONError) -> String {
    index += 1
    let start = index
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""):
        guard let text = String(validating: bytes[start..<index], as: UTF8.self) else {
          throw .invalidString(at: start)
        }
        index += 1
        return text
      case UInt8(ascii: "\\"): return try escapedString(from: start)
      case 0..<0x20: throw .invalidString(at: index)
      default: index += 1
      }
    }
    throw .unexpectedByte(at: index)
  }

  /// The rest of a string, from its first backslash.
  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var text = Array(bytes[start..<index])
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw .invalidString(at: start)
        }
        index += 1
        return string
      case UInt8(ascii: "\\"):
        index += 1
        try appendEscape(to: &text)
      case 0..<0x20: throw .invalidString(at: index)
      default:
        text.append(byte)
        index += 1
      }
    }
    throw .unexpectedByte(at: index)
  }

  private mutating func appendEscape(to text: inout [UInt8]) throws(JSONError) {
    let start = index - 1
    let escape = next
    index += 1
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      guard let scalar = scalar() else { throw .invalidString(at: start) }
      text.append(contentsOf: scalar.utf8)
    default: throw .invalidString(at: start)
    }
  }

  /// The scalar of `XXXX`, or of a surrogate pair `XXXX\uXXXX`.
  private mutating func scalar() -> Unicode.Scalar? {
    guard let first = hexadecimal() else { return nil }
    guard UTF16.isLeadSurrogate(first) else { return Unicode.Scalar(first) }
    guard skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")), let second = hexadecimal(),
      UTF16.isTrailSurrogate(second)
    else { return nil }
    return Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
  }

  private mutating func hexadecimal() -> UInt16? {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = next.hexadecimalValue else { return nil }
      value = value << 4 | UInt16(digit)
      index += 1
    }
    return value
  }
}
