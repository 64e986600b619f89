import CPlatform

/// The libraries that do the network's work: what a security notice may be about.
enum LinkedLibraries {
  /// Their versions, and whether they are inside this binary or the machine's own.
  static var text: String {
    versions
      + (tx_is_static() != 0
        ? "\nstatic: these are inside the binary\n"
        : "\ndynamic: these are the machine's; good for work on the code only\n")
  }

  /// Their versions, on one line.
  static var versions: String {
    "libcurl " + version(tx_version_libcurl()) + ", " + version(tx_version_openssl())
      + ", c-ares " + version(tx_version_cares())
  }

  private static func version(_ text: UnsafePointer<CChar>?) -> String {
    text.map { String(cString: $0) } ?? "none"
  }
}
