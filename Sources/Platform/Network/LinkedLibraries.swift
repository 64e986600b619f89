import CPlatform

/// The network libraries, whose versions matter for security advisories.
package enum LinkedLibraries {
  /// Whether they are linked statically.
  package static var areStatic: Bool { tx_is_static() != 0 }

  /// The versions, on one line.
  package static var versions: String {
    "libcurl " + version(tx_version_libcurl()) + ", " + version(tx_version_openssl())
      + ", c-ares " + version(tx_version_cares())
  }

  private static func version(_ text: UnsafePointer<CChar>?) -> String {
    text.map { String(cString: $0) } ?? "none"
  }
}
