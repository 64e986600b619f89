import TokenExchange

/// The location of the CA certificates that this machine trusts.
package struct SystemTrustStore: Sendable, Equatable {
  /// A bundle of PEM certificates.
  package var file: String?
  /// One or more directories, separated by `:`; in at least one of them, the files are named by the
  /// hash of the certificate's subject.
  package var directory: String?

  /// The bundles of Debian, Ubuntu and Alpine; Red Hat and Fedora; SUSE; and others.
  static let bundles = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt", "/var/lib/ca-certificates/ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
  ]

  private static let hashedDirectory = "/etc/ssl/certs"

  /// Finds the trust store: from the variables, else a hashed directory, else a bundle.
  ///
  /// From a hashed directory OpenSSL reads one or two files; parsing a bundle takes 20 ms. If a
  /// variable (`SSL_CERT_FILE`, `SSL_CERT_DIR`) is set, only readable files and directories from the
  /// variables are used.
  static func find(
    _ variables: [String: String], files: Files = .live, directory: String = hashedDirectory,
    bundles: [String] = bundles
  ) -> SystemTrustStore? {
    let (file, directories) = values(variables)
    if file != nil || directories != nil {
      let named = SystemTrustStore(
        // Only a regular file: a pipe would block forever.
        file: file.flatMap { files.readableKind($0) == .regular ? $0 : nil },
        directory: directories.flatMap {
          $0.split(separator: ":").contains { isHashed(String($0), files) } ? $0 : nil
        })
      return named.file == nil && named.directory == nil ? nil : named
    }
    if isHashed(directory, files) { return SystemTrustStore(directory: directory) }
    return bundles.first { files.readableKind($0) != nil }.map { SystemTrustStore(file: $0) }
  }

  /// The locations that ``find(_:files:directory:bundles:)`` searches.
  static func searched(
    _ variables: [String: String], files: Files
  ) -> [TransportError.TrustStoreLocation] {
    let named = named(variables, files)
    return named.isEmpty ? ([hashedDirectory] + bundles).map { .path($0) } : named
  }

  /// The locations of the trust store that was found.
  static func locations(
    _ variables: [String: String], files: Files
  ) -> [TransportError.TrustStoreLocation] {
    let named = named(variables, files)
    guard named.isEmpty else { return named }
    let found = find([:], files: files)
    return [found?.file, found?.directory].compactMap { $0.map { .path($0) } }
  }

  /// The locations that the variables name.
  private static func named(
    _ variables: [String: String], _ files: Files
  ) -> [TransportError.TrustStoreLocation] {
    let (file, directories) = values(variables)
    let exist = directories?.split(separator: ":").contains {
      files.readableKind(String($0)) != nil
    }
    return (file.map { [.certFile($0)] } ?? [])
      + (directories.map { [.certDir($0, exists: exist ?? false)] } ?? [])
  }

  private static func values(
    _ variables: [String: String]
  ) -> (file: String?, directories: String?) {
    func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    return (value("SSL_CERT_FILE"), value("SSL_CERT_DIR"))
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
