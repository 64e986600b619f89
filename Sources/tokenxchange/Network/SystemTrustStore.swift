import Glibc

/// Where this machine keeps the certificates that it trusts.
struct SystemTrustStore: Sendable, Equatable {
  /// A bundle of PEM certificates.
  var file: String?
  /// A folder with a file for each certificate, named by its subject's hash; or several, with `:`,
  /// of which one at least is such a folder.
  var directory: String?

  /// Bundles of Debian, Ubuntu and Alpine; Red Hat and Fedora; SUSE; and others.
  static let bundles = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt", "/var/lib/ca-certificates/ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
  ]

  /// Finds the trust store: what the variables name, else a hashed folder, else a bundle.
  ///
  /// A hashed folder costs a file or two of reading, a bundle 20 ms of parsing. Of what the
  /// variables name, that which cannot be read is left out; there is then no other place to look.
  ///
  /// - Parameters:
  ///   - certFile: The value of `SSL_CERT_FILE`.
  ///   - certDir: The value of `SSL_CERT_DIR`.
  ///   - folder: The folder that may be a hashed one.
  ///   - bundles: The places where a bundle may be.
  /// - Returns: The trust store, or nil if there is none.
  static func find(
    certFile: String?, certDir: String?, folder: String = "/etc/ssl/certs",
    bundles: [String] = bundles
  ) -> SystemTrustStore? {
    let file = nonEmpty(certFile)
    let directory = nonEmpty(certDir)
    if file != nil || directory != nil {
      let named = SystemTrustStore(
        file: file.flatMap { isRegular($0) && isReadable($0) ? $0 : nil },
        directory: directory.flatMap {
          $0.split(separator: ":").contains { isHashed(String($0)) } ? $0 : nil
        })
      return named.file == nil && named.directory == nil ? nil : named
    }
    if isHashed(folder) { return SystemTrustStore(directory: folder) }
    return bundles.first(where: isReadable).map { SystemTrustStore(file: $0) }
  }

  /// The places where ``find(certFile:certDir:folder:bundles:)`` looks, for a message.
  static func sought(certFile: String?, certDir: String?) -> String {
    let named = [
      nonEmpty(certFile).map { "SSL_CERT_FILE \($0)" },
      nonEmpty(certDir).map {
        // Others read every file in it, OpenSSL only those that it finds by their names.
        "SSL_CERT_DIR \($0)\(isThere($0) ? " (openssl rehash gives files there the names needed)" : "")"
      },
    ].compactMap { $0 }
    return (named.isEmpty ? ["/etc/ssl/certs"] + bundles : named).joined(separator: ", ")
  }

  private static func isThere(_ folders: String) -> Bool {
    folders.split(separator: ":").contains { isReadable($0) }
  }

  private static func isReadable(_ path: some StringProtocol) -> Bool {
    access(String(path), R_OK) == 0
  }

  /// Whether a path leads to a file: a pipe would hold up the run for ever.
  private static func isRegular(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private static func nonEmpty(_ value: String?) -> String? {
    value.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Whether a folder holds a file that can be read and is named like `5ad8a5d6.0`.
  private static func isHashed(_ folder: String) -> Bool {
    guard let listing = opendir(folder) else { return false }
    defer { closedir(listing) }
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0].utf8.count == 8, parts[1] == "0",
        parts[0].allSatisfy(\.isHexDigit)
      else { continue }
      if access(folder + "/" + name, R_OK) == 0 { return true }
    }
    return false
  }
}
