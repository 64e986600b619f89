import Encoding

enum ObjectName {
  /// A stable and unique name derived from parts, at most 253 bytes long.
  ///
  /// Characters that are not allowed become dashes. A changed or truncated name ends with a hash of
  /// the parts, so that different parts have different names.
  static func unique(_ parts: [String], isAllowed: (Unicode.Scalar) -> Bool) -> String {
    let clean = parts.map { part in
      String(String.UnicodeScalarView(part.unicodeScalars.map { isAllowed($0) ? $0 : "-" }))
    }
    let name = clean.joined(separator: ":")
    if clean == parts, name.utf8.count <= 253 { return name }
    return "\(name.prefix(200))-\(hash(parts.joined(separator: "\u{0}")))"
  }

  /// The 64-bit FNV-1a hash, in 16 hexadecimal digits.
  static func hash(_ text: String) -> String {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
      (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }.text(width: 16, radix: 16)
  }
}

extension Unicode.Scalar {
  var isASCIIAlphanumeric: Bool { isASCII && UInt8(truncatingIfNeeded: value).isASCIIAlphanumeric }
}
