/// The `application/x-www-form-urlencoded` encoding of RFC 6749, appendix B.
///
/// Foundation's query encoders do not encode `+`, which servers decode as a space.
package enum FormEncoding {
  /// One name and value of a form.
  package struct Field: Sendable, Equatable {
    /// The field's name.
    package var name: String
    /// The field's value, not encoded.
    package var value: String

    /// Makes a field.
    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Encodes one name or value: letters, digits and `*-._` are unchanged, a space becomes `+`,
  /// every other byte of the UTF-8 form becomes `%XX`.
  package static func encode(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    append(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Encodes fields, in order, to a request body.
  package static func body(_ fields: [Field]) -> [UInt8] {
    var bytes: [UInt8] = []
    for field in fields {
      if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
      append(field.name, to: &bytes)
      bytes.append(UInt8(ascii: "="))
      append(field.value, to: &bytes)
    }
    return bytes
  }

  /// The value of `Content-Type`.
  package static let mediaType = "application/x-www-form-urlencoded"

  /// The fields of a request body.
  package static func fields(_ body: [UInt8]) -> [Field] {
    body.split(separator: UInt8(ascii: "&")).map { field in
      let halves = field.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let texts = halves.map { decode(String(decoding: $0, as: UTF8.self)) }
      return Field(texts.first ?? "", texts.dropFirst().first ?? "")
    }
  }

  /// Decodes one name or value; anything that is not an escape stays unchanged.
  package static func decode(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let high = rest[rest.startIndex].hexadecimalValue,
        let low = rest[rest.startIndex + 1].hexadecimalValue
      {
        bytes.append(high << 4 | low)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let digits = Array("0123456789ABCDEF".utf8)

  private static func append(_ text: String, to bytes: inout [UInt8]) {
    for byte in text.utf8 {
      if byte.isASCIIAlphanumeric || "*-._".utf8.contains(byte) {
        bytes.append(byte)
      } else if byte == UInt8(ascii: " ") {
        bytes.append(UInt8(ascii: "+"))
      } else {
        bytes.append(UInt8(ascii: "%"))
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      }
    }
  }
}
