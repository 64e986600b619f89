import CURLOptions

/// The libraries that do the network's work: what a security notice may be about.
enum LinkedLibraries {
  /// Their versions, and whether they are inside this binary or the machine's own.
  static var text: String {
    versions
      + (tx_is_static() != 0
        ? "\nstatic: these are inside the binary\n"
        : "\ndynamic: these are the machine's; only good for work on the code\n")
  }

  /// Their versions, on one line.
  static var versions: String {
    let openssl = version(tx_version_openssl()).split(separator: " ")
    // "OpenSSL 3.0.17 1 Jul 2025"
    let parts = [
      "libcurl " + version(tx_version_libcurl()),
      openssl.prefix(2).joined(separator: " "),
      "c-ares " + version(tx_version_cares()),
    ]
    return parts.joined(separator: ", ")
  }

  private static func version(_ text: UnsafePointer<CChar>?) -> String {
    text.map { String(cString: $0) } ?? "none"
  }
}
