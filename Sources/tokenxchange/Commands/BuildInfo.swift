import CPlatform

/// What this binary was built from: set by the Makefile for the static binary, else "unknown".
enum BuildInfo {
  /// The commit of the sources, with "-modified" if they were changed after it.
  static var commit: String { String(cString: tx_commit()) }
  /// The Swift toolchain, such as "swift-6.3.1-RELEASE".
  static var toolchain: String { String(cString: tx_toolchain()) }
}
