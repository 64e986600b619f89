import CPlatform

/// The sources and toolchain of this binary; the Makefile sets them for the static binary.
package enum BuildInfo {
  /// The commit of the sources, with "-modified" after uncommitted changes; else "unknown".
  package static var commit: String { String(cString: tx_commit()) }
  /// The Swift toolchain, such as "swift-6.3.1-RELEASE"; else "unknown".
  package static var toolchain: String { String(cString: tx_toolchain()) }
}
