import TokenExchange

/// Where this machine keeps the certificates that it trusts.
package struct SystemTrustStore: Sendable, Equatable {
  /// A bundle of PEM certificates.
  package var file: String?
  /// A directory with a file for each certificate, named by its subject's hash; or several,
  /// separated by `:`, of which at least one is such a directory.
  package var directory: String?

  package init(file: String? = nil, directory: String? = nil) {
    self.file = file
    self.directory = directory
  }

  /// Bundles of Debian, Ubuntu and Alpine; Red Hat and Fedora; SUSE; and others.
  static let bundles = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt", "/var/lib/ca-certificates/ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
  ]

  private static let hashedDirectory = "/etc/ssl/certs"

  /// Finds the trust store: what the variables name, else a hashed directory, else a bundle.
  ///
  /// A hashed directory costs reading one or two files, a bundle 20 ms of parsing. If a variable is
  /// set, only what the variables name and what is readable counts.
  ///
  /// - Parameters:
  ///   - certFile: The value of `SSL_CERT_FILE`.
  ///   - certDir: The value of `SSL_CERT_DIR`.
  ///   - files: The files.
  ///   - directory: The directory that may be a hashed one.
  ///   - bundles: The paths where a bundle may be.
  /// - Returns: The trust store, or nil if there is none.
  static func find(
    certFile: String?, certDir: String?, files: Files = .live,
    directory: String = hashedDirectory, bundles: [String] = bundles
  ) -> SystemTrustStore? {
    let file = nonEmpty(certFile)
    let directories = nonEmpty(certDir)
    if file != nil || directories != nil {
      let named = SystemTrustStore(
        // Only a regular file: a pipe would block the run for ever.
        file: file.flatMap { files.readableKind($0) == .regular ? $0 : nil },
        directory: directories.flatMap {
          $0.split(separator: ":").contains { isHashed(String($0), files) } ? $0 : nil
        })
      return named.file == nil && named.directory == nil ? nil : named
    }
    if isHashed(directory, files) { return SystemTrustStore(directory: directory) }
    return bundles.first { files.readableKind($0) != nil }.map { SystemTrustStore(file: $0) }
  }

  /// The places where ``find(certFile:certDir:files:directory:bundles:)`` looks.
  static func searched(
    certFile: String?, certDir: String?, files: Files
  ) -> [TransportError.TrustStoreLocation] {
    var named: [TransportError.TrustStoreLocation] = []
    if let file = nonEmpty(certFile) { named.append(.certFile(file)) }
    if let directories = nonEmpty(certDir) {
      named.append(.certDir(directories, exists: exists(directories, files)))
    }
    return named.isEmpty ? ([hashedDirectory] + bundles).map { .path($0) } : named
  }

  private static func exists(_ directories: String, _ files: Files) -> Bool {
    directories.split(separator: ":").contains { files.readableKind(String($0)) != nil }
  }

  private static func nonEmpty(_ value: String?) -> String? {
    value.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Whether a directory contains a readable file with a name like `5ad8a5d6.0`.
  private static func isHashed(_ directory: String, _ files: Files) -> Bool {
    let name = files.firstName(directory) { name in
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0].utf8.count == 8, parts[1] == "0",
        parts[0].allSatisfy(\.isHexDigit)
      else { return false }
      return files.readableKind(directory + "/" + name) != nil
    }
    return name != nil
  }
}
