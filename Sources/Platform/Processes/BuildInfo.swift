import CPlatform

/// What this binary was built from: set by the Makefile for the static binary, else "unknown".
package enum BuildInfo {
  /// The commit of the sources, with "-modified" if they were changed after it.
  package static var commit: String { String(cString: tx_commit()) }
  /// The Swift toolchain, such as "swift-6.3.1-RELEASE".
  package static var toolchain: String { String(cString: tx_toolchain()) }
}
