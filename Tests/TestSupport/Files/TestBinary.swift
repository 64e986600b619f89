import Foundation

/// The path of the program under test.
public enum TestBinary {
  /// `TOKENXCHANGE_BINARY`, else the program next to the running executable.
  public static var path: String { isNamed ? named : sibling("tokenxchange") }

  /// Whether `TOKENXCHANGE_BINARY` is set: then it is the static release binary.
  public static var isNamed: Bool { !named.isEmpty }

  private static var named: String {
    ProcessInfo.processInfo.environment["TOKENXCHANGE_BINARY"] ?? ""
  }

  /// A program next to the running executable, where SwiftPM puts it.
  public static func sibling(_ name: String) -> String {
    let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: own ?? "").deletingLastPathComponent().appending(path: name).path
  }

  /// A program in PATH; nil if there is none.
  public static func find(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    // Debian installs nginx in a directory that only root's PATH contains.
    return (path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"])
      .map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
