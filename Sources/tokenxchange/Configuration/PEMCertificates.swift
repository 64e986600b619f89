import Encoding
import TokenExchange

enum PEMCertificates {
  /// Checks that bytes are certificates in PEM, so that a wrong file is reported as such and not as
  /// a failed TLS handshake.
  ///
  /// OpenSSL is strict about markers and line breaks. So certificates that were indented or put on
  /// one line are reformatted, and other text is removed.
  static func check(_ pem: [UInt8], source: String) throws(CommandError) -> [UInt8] {
    func error(_ error: InvalidCertificates) -> CommandError {
      .configuration(.invalidCertificates(error, source: source))
    }
    guard pem.contains(where: { $0 > 0x20 }) else { throw error(.empty) }
    var number = 0
    var clean: [UInt8] = []
    for label in ["CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"] {
      // By bytes: searching a string would take longer than the rest of the run.
      let begin = Array("-----BEGIN \(label)-----".utf8)
      var rest = pem[...]
      while let start = rest.firstIndex(of: begin) {
        number += 1
        rest = rest[(start + begin.count)...]
        let piece = rest[..<(rest.firstIndex(of: begin) ?? rest.endIndex)]
        guard let end = piece.firstIndex(of: Array("-----END \(label)-----".utf8)) else {
          throw error(.certificate(number, .noEnd))
        }
        guard let der = Base64.decode(String(decoding: piece[..<end], as: UTF8.self)) else {
          throw error(.certificate(number, .notBase64))
        }
        guard isSequence(der) else { throw error(.certificate(number, .notX509)) }
        clean += block(label, der)
      }
    }
    guard number > 0 else {
      if isSequence(pem) { throw error(.der) }
      throw error(isPEM(pem) ? .noCertificate : .notPEM)
    }
    return clean
  }

  private static func block(_ label: String, _ der: [UInt8]) -> [UInt8] {
    let text = Array(Base64.encode(der).utf8)
    var block = Array("-----BEGIN \(label)-----\n".utf8)
    for start in stride(from: 0, to: text.count, by: 64) {
      block += text[start..<min(start + 64, text.count)]
      block.append(UInt8(ascii: "\n"))
    }
    return block + Array("-----END \(label)-----\n".utf8)
  }

  /// Reads certificates from base64-encoded PEM, with or without line breaks.
  static func decode(_ text: String, source: String) throws(CommandError) -> [UInt8] {
    guard !isPEM(Array(text.utf8)) else {
      throw .configuration(.invalidCertificates(.pemInsteadOfBase64, source: source))
    }
    guard let pem = Base64.decode(text) else {
      throw .configuration(.invalidCertificates(.notBase64, source: source))
    }
    return try check(pem, source: source)
  }

  private static func isPEM(_ bytes: [UInt8]) -> Bool {
    bytes[...].firstIndex(of: Array("-----BEGIN ".utf8)) != nil
  }

  /// Whether bytes begin with a complete DER sequence; trust settings may follow it.
  ///
  /// This detects files that were cut or concatenated wrongly; OpenSSL checks the rest.
  private static func isSequence(_ der: [UInt8]) -> Bool {
    // A certificate is longer than 127 bytes, so its length is in the long form.
    guard der.count > 4, der[0] == 0x30, der[1] > 0x80, der[1] <= 0x83 else { return false }
    let size = Int(der[1] & 0x7F)
    guard der.count > 2 + size else { return false }
    let length = der[2..<(2 + size)].reduce(0) { $0 << 8 | Int($1) }
    return der.count >= 2 + size + length
  }
}

extension ArraySlice<UInt8> {
  /// Where a text begins; nil if it does not occur.
  fileprivate func firstIndex(of text: [UInt8]) -> Int? {
    guard count >= text.count else { return nil }
    return (startIndex...endIndex - text.count).first { start in
      text.indices.allSatisfy { self[start + $0] == text[$0] }
    }
  }
}
