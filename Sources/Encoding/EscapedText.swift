/// A text in which escapes of JSON, HTML, forms and quoted strings match the bytes that they encode.
package struct EscapedText {
  /// How many bytes of a string must match where the text was cut.
  private static let shortestPart = 8

  private struct Escape {
    var bytes: [UInt8]
    var end: Int
  }

  private let bytes: [UInt8]
  private var escapes: [Escape?]
  /// Whether the text may have been cut before this offset; one more element than bytes.
  private var isCut: [Bool]

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    escapes = bytes.indices.map { Self.escape(in: bytes, at: $0) }
    isCut = Array(repeating: false, count: bytes.count + 1)
    // At either end only punctuation, such as a quote, may precede or follow a cut.
    let isMark = { (byte: UInt8) in byte < 0x80 && !byte.isASCIIAlphanumeric }
    for index in 0...(bytes.firstIndex { !isMark($0) } ?? 0) { isCut[index] = true }
    for index in ((bytes.lastIndex { !isMark($0) } ?? -1) + 1)...bytes.count { isCut[index] = true }
    for mark in ["…", "..."].map({ Array($0.utf8) }) {
      for index in bytes.indices where bytes[index...].starts(with: mark) {
        isCut[index] = true
        isCut[index + mark.count] = true
      }
    }
  }

  /// Where the match of a string ends that begins at an offset; nil if there is none.
  ///
  /// Where the text may have been cut, a part of the string matches too.
  package func end(of string: [UInt8], from start: Int) -> Int? {
    let escaped = escapes[start]?.bytes.first
    // Most offsets fail here, without the allocations of a match.
    func begins(_ place: Int) -> Bool { string[place] == bytes[start] || string[place] == escaped }
    if begins(0), let end = match(string[...], from: start) { return end }
    guard isCut[start], string.count > Self.shortestPart else { return nil }
    for first in 1...(string.count - Self.shortestPart) where begins(first) {
      if let end = match(string[first...], from: start) { return end }
    }
    return nil
  }

  private func match(_ string: ArraySlice<UInt8>, from start: Int) -> Int? {
    // An escape may also be literal text: both are tried.
    var pending = [(index: start, place: string.startIndex)]
    var best: Int?
    var steps = 0
    while var (index, place) = pending.popLast(), steps < 100 {
      steps += 1
      while place < string.endIndex, index < bytes.count {
        if let escape = escapes[index], string[place...].starts(with: escape.bytes) {
          if bytes[index] == string[place] { pending.append((index + 1, place + 1)) }
          index = escape.end
          place += escape.bytes.count
        } else if bytes[index] == string[place] {
          index += 1
          place += 1
        } else {
          break
        }
      }
      let isPart = isCut[index] && place - string.startIndex >= Self.shortestPart
      if place == string.endIndex || isPart { best = max(best ?? 0, index) }
    }
    return best
  }

  /// The bytes that an escape at an offset encodes.
  private static func escape(in bytes: [UInt8], at start: Int) -> Escape? {
    let rest = bytes[(start + 1)...]
    switch bytes[start] {
    case UInt8(ascii: "+"): return Escape(bytes: [0x20], end: start + 1)
    case UInt8(ascii: "%"):
      return hexadecimal(rest, digits: 2).map { .init(bytes: [$0], end: start + 3) }
    case UInt8(ascii: "\\"): return backslash(rest)
    case UInt8(ascii: "&"): return reference(rest)
    default: return nil
    }
  }

  private static func hexadecimal<Value: FixedWidthInteger>(
    _ text: ArraySlice<UInt8>, digits: Int
  ) -> Value? {
    let text = text.prefix(digits)
    guard text.count == digits, text.allSatisfy({ $0.hexadecimalValue != nil }) else { return nil }
    return Value(String(decoding: text, as: UTF8.self), radix: 16)
  }

  /// Escapes of JSON, Go and most languages, after their backslash.
  private static func backslash(_ rest: ArraySlice<UInt8>) -> Escape? {
    guard let letter = rest.first else { return nil }
    let start = rest.startIndex + 1
    let plain = { (byte: UInt8) in Escape(bytes: [byte], end: start) }
    switch letter {
    case UInt8(ascii: "n"): return plain(0x0A)
    case UInt8(ascii: "r"): return plain(0x0D)
    case UInt8(ascii: "t"): return plain(0x09)
    case UInt8(ascii: "b"): return plain(0x08)
    case UInt8(ascii: "f"): return plain(0x0C)
    case UInt8(ascii: "x"):
      return hexadecimal(rest[start...], digits: 2).map { Escape(bytes: [$0], end: start + 2) }
    case UInt8(ascii: "U"):
      return hexadecimal(rest[start...], digits: 8).flatMap { escape(of: $0, end: start + 8) }
    case UInt8(ascii: "u"):
      guard let first: UInt32 = hexadecimal(rest[start...], digits: 4) else { return nil }
      let low = rest.dropFirst(5)
      guard (0xD800...0xDBFF).contains(first), low.starts(with: Array("\\u".utf8)),
        let second: UInt32 = hexadecimal(low.dropFirst(2), digits: 4),
        (0xDC00...0xDFFF).contains(second)
      else { return escape(of: first, end: start + 4) }
      return escape(of: 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00), end: start + 10)
    case let mark where !mark.isASCIIAlphanumeric: return plain(mark)
    default: return nil
    }
  }

  private static let names: [(name: String, byte: UInt8)] = [
    ("quot", UInt8(ascii: "\"")), ("amp", UInt8(ascii: "&")), ("lt", UInt8(ascii: "<")),
    ("gt", UInt8(ascii: ">")), ("apos", UInt8(ascii: "'")),
  ]

  /// A character reference of HTML, after its ampersand.
  private static func reference(_ rest: ArraySlice<UInt8>) -> Escape? {
    guard let end = rest.prefix(10).firstIndex(of: UInt8(ascii: ";")) else { return nil }
    let text = String(decoding: rest[..<end], as: UTF8.self)
    if let byte = names.first(where: { $0.name == text })?.byte {
      return Escape(bytes: [byte], end: end + 1)
    }
    guard text.hasPrefix("#") else { return nil }
    let number = text.dropFirst()
    let value =
      number.lowercased().hasPrefix("x")
      ? UInt32(number.dropFirst(), radix: 16) : UInt32(number)
    return value.flatMap { escape(of: $0, end: end + 1) }
  }

  private static func escape(of value: UInt32, end: Int) -> Escape? {
    Unicode.Scalar(value).map { Escape(bytes: Array($0.utf8), end: end) }
  }
}
