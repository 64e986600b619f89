import Foundation

/// Where the program under test is.
public enum TestBinary {
  /// `TOKENXCHANGE_BINARY`, else the program beside the running executable.
  public static var path: String { isNamed ? named : sibling("tokenxchange") }

  /// Whether `TOKENXCHANGE_BINARY` names it: then it is the one to ship.
  public static var isNamed: Bool { !named.isEmpty }

  private static var named: String {
    ProcessInfo.processInfo.environment["TOKENXCHANGE_BINARY"] ?? ""
  }

  /// A program beside the running executable, as SwiftPM builds them.
  public static func sibling(_ name: String) -> String {
    let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: own ?? "").deletingLastPathComponent().appending(path: name).path
  }

  /// A program in PATH; nil if there is none.
  public static func find(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    // Debian keeps nginx where only root's PATH looks.
    return (path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"])
      .map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
