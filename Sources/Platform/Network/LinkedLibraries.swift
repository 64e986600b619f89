import CPlatform

/// The network libraries: what a security notice may be about.
package enum LinkedLibraries {
  /// Whether they are inside this binary, or the machine's own.
  package static var areStatic: Bool { tx_is_static() != 0 }

  /// Their versions, on one line.
  package static var versions: String {
    "libcurl " + version(tx_version_libcurl()) + ", " + version(tx_version_openssl())
      + ", c-ares " + version(tx_version_cares())
  }

  private static func version(_ text: UnsafePointer<CChar>?) -> String {
    text.map { String(cString: $0) } ?? "none"
  }
}
