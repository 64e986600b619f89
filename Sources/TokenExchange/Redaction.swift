import Encoding

/// Removes the secrets of a request from text, in every form in which servers return them.
///
/// A text may contain a secret as it was sent, escaped as in JSON, HTML, a form or a quoted string,
/// or in part. So the text is compared with each secret at each offset, byte by byte, and an escape
/// is compared as the bytes that it encodes. This is done only for text that is shown.
package struct Redaction {
  /// The longest text that is searched, in bytes; the rest is dropped, because no message is
  /// longer.
  static let longestText = 4096
  /// How many bytes of a secret count as a part of it where the text was cut.
  static let shortestPart = 8
  /// Shorter texts occur in too many messages, so they are not removed.
  private static let shortestSecret = 4
  private static let replacement = Array("[redacted]".utf8)

  private let secrets: [[UInt8]]

  package init(_ secrets: [Secret]) {
    let texts = secrets.map(\.revealed).flatMap { [$0] + Self.variants(of: $0) }.uniqued()
    self.secrets = texts.map { Array($0.utf8) }.filter { $0.count >= Self.shortestSecret }
  }

  /// The text without secrets.
  package func callAsFunction(_ text: String) -> String {
    let bytes = Array(text.utf8.prefix(Self.longestText))
    guard !secrets.isEmpty, !bytes.isEmpty else { return text }
    let searched = SearchedText(bytes)
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if let end = secrets.compactMap({ searched.end(of: $0, from: index) }).max() {
        result += Self.replacement
        index = end
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Other forms of a secret: with white space trimmed or folded, and encoded; and the signature of
  /// a JWT, because header and payload are often logged elsewhere.
  private static func variants(of secret: String) -> [String] {
    var variants = [secret.foldingWhitespace(), Base64.encode(Array(secret.utf8))]
    let parts = secret.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count == 3, parts[2].utf8.count >= 16 { variants.append(String(parts[2])) }
    return variants
  }
}

/// A text with its escapes decoded and the offsets marked where it may have been cut.
private struct SearchedText {
  private struct Escape {
    var bytes: [UInt8]
    var end: Int
  }

  private let bytes: [UInt8]
  private var escapes: [Escape?]
  /// Whether the text may have been cut before this offset; one more element than bytes.
  private var isCut: [Bool]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    escapes = bytes.indices.map { Self.escape(in: bytes, at: $0) }
    isCut = Array(repeating: false, count: bytes.count + 1)
    // At either end only punctuation, such as a quote, may precede or follow a cut.
    let isMark = { (byte: UInt8) in
      byte < 0x80 && !UInt8.isLetterOrDigit(byte)
    }
    for index in 0...(bytes.firstIndex { !isMark($0) } ?? 0) { isCut[index] = true }
    for index in ((bytes.lastIndex { !isMark($0) } ?? -1) + 1)...bytes.count { isCut[index] = true }
    for mark in ["…", "..."].map({ Array($0.utf8) }) {
      for index in bytes.indices where bytes[index...].starts(with: mark) {
        isCut[index] = true
        isCut[index + mark.count] = true
      }
    }
  }

  /// The end of a secret that begins at an offset; nil if none does.
  func end(of secret: [UInt8], from start: Int) -> Int? {
    if let end = match(secret[...], from: start) { return end }
    guard isCut[start], secret.count > Redaction.shortestPart else { return nil }
    for first in 1...(secret.count - Redaction.shortestPart) {
      if let end = match(secret[first...], from: start) { return end }
    }
    return nil
  }

  /// The end of a secret that begins at an offset: its own end, or a cut.
  private func match(_ secret: ArraySlice<UInt8>, from start: Int) -> Int? {
    // An escape may also be literal text: both are tried.
    var pending = [(index: start, place: secret.startIndex)]
    var best: Int?
    var steps = 0
    while var (index, place) = pending.popLast(), steps < 100 {
      steps += 1
      while place < secret.endIndex, index < bytes.count {
        if let escape = escapes[index], secret[place...].starts(with: escape.bytes) {
          if bytes[index] == secret[place] { pending.append((index + 1, place + 1)) }
          index = escape.end
          place += escape.bytes.count
        } else if bytes[index] == secret[place] {
          index += 1
          place += 1
        } else {
          break
        }
      }
      let isPart = isCut[index] && place - secret.startIndex >= Redaction.shortestPart
      if place == secret.endIndex || isPart { best = max(best ?? 0, index) }
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
    case let mark where !UInt8.isLetterOrDigit(mark): return plain(mark)
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

extension UInt8 {
  fileprivate static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}
