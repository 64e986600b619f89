import TokenExchange

/// The certificates that a user trusts.
enum CertificateAuthority {
  /// Makes sure that bytes hold certificates as PEM, so that a wrong file is named as such and not
  /// found out in a TLS handshake.
  ///
  /// - Parameters:
  ///   - pem: The bytes.
  ///   - source: Where they came from, for messages.
  /// - Returns: The same bytes.
  /// - Throws: A usage problem.
  static func check(_ pem: [UInt8], source: String) throws(Problem) -> [UInt8] {
    guard pem.contains(where: { $0 > 0x20 }) else { throw .notCertificates(source, "is empty") }
    let text = String(decoding: pem, as: UTF8.self)
    let marks = ["-----BEGIN CERTIFICATE-----", "-----BEGIN TRUSTED CERTIFICATE-----"]
    guard marks.contains(where: text.contains) else {
      let what =
        text.contains("-----BEGIN ") ? "holds PEM, but no certificate" : "does not hold PEM"
      throw .notCertificates(source, what)
    }
    return pem
  }
}
