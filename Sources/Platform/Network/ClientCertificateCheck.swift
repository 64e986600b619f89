import CPlatform
package import FoundationEssentials
package import TokenExchange

/// Why a client certificate and its key cannot be used.
package enum ClientCertificateError: Error, Equatable, Sendable {
  /// OpenSSL cannot read the certificate.
  case invalidCertificate
  /// The file has no private key that OpenSSL can read.
  case noKey
  /// The key is encrypted with a password.
  case encryptedKey
  /// The key belongs to another certificate.
  case mismatch
  /// This build cannot check it, and therefore does not use it.
  case unsupported
}

extension HTTPOptions.ClientCertificate {
  /// Checks the certificate and the key.
  ///
  /// - Returns: The validity of the certificate.
  package func check() throws(ClientCertificateError) -> (start: Date, end: Date) {
    let key = Array(self.key.revealed.utf8)
    let result = tx_check_client_certificate(certificates, certificates.count, key, key.count)
    switch Int(result.fault) {
    case 0: break
    case TX_CLIENT_NO_CERTIFICATE: throw .invalidCertificate
    case TX_CLIENT_NO_KEY: throw .noKey
    case TX_CLIENT_KEY_ENCRYPTED: throw .encryptedKey
    case TX_CLIENT_MISMATCH: throw .mismatch
    default: throw .unsupported
    }
    return (
      Date(timeIntervalSince1970: Double(result.not_before)),
      Date(timeIntervalSince1970: Double(result.not_after))
    )
  }
}
