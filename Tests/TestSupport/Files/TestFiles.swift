package import Foundation
import Glibc
import Synchronization

/// A new directory, removed with its content when the last reference is released.
package final class TemporaryDirectory: Sendable {
  package let path: String

  /// Makes one, in TMPDIR or /tmp.
  package init(prefix: String = "tokenxchange-test") throws {
    let parent = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 }
    let template = strdup("\(parent ?? "/tmp")/\(prefix).XXXXXX")
    defer { free(template) }
    guard let template, mkdtemp(template) != nil else { throw SystemCallError(call: "mkdtemp") }
    path = String(cString: template)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  package var url: URL { URL(filePath: path, directoryHint: .isDirectory) }

  /// The path of an entry.
  package func path(_ name: String) -> String { path + "/" + name }

  /// Writes a file and returns its path.
  @discardableResult
  package func write(_ text: String, to name: String, mode: mode_t = 0o600) throws -> String {
    let file = path(name)
    let parent = URL(filePath: file).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    guard mode & 0o100 == 0 else {
      try copy("/dev/stdin", to: name, mode: mode, stdin: Array(text.utf8))
      return file
    }
    try Data(text.utf8).write(to: URL(filePath: file))
    guard chmod(file, mode) == 0 else { throw SystemCallError(call: "chmod \(file)") }
    return file
  }

  /// Copies a program.
  ///
  /// A process of its own writes the file: otherwise, a process that another thread starts at that
  /// moment would inherit the file descriptor, and the program could not be run (ETXTBSY).
  package func copy(
    _ file: String, to name: String, mode: mode_t, stdin: [UInt8] = []
  ) throws {
    let words = ["-D", "-m", String(mode, radix: 8), file, path(name)]
    _ = try ProcessRunner("/usr/bin/install", words, stdin: stdin).output()
  }
}

/// A projected volume as kubelet creates it: `token` -> `..data/token`, `..data` -> `..<time>`.
package final class ProjectedVolume: Sendable {
  package let directory: String
  private let generation = Atomic(0)

  /// Creates the layout in an existing or new directory.
  package init(_ directory: String, token: String) throws {
    self.directory = directory
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try rotate(to: token)
    unlink(tokenPath)
    try Self.check(symlink("..data/token", tokenPath), tokenPath)
  }

  /// The path that programs read.
  package var tokenPath: String { directory + "/token" }

  /// Replaces the token atomically, as kubelet does: new directory, new link, rename, old directory
  /// removed.
  package func rotate(to token: String) throws {
    let data = directory + "/..data"
    let number = generation.add(1, ordering: .relaxed).newValue
    let version = "..2026_11_21_\(getpid()).\(number)"
    let old = try? FileManager.default.destinationOfSymbolicLink(atPath: data)
    try Self.check(mkdir("\(directory)/\(version)", 0o755), version)
    let file = "\(directory)/\(version)/token"
    try Data(token.utf8).write(to: URL(filePath: file))
    try Self.check(chmod(file, 0o600), file)
    let link = directory + "/..data_tmp"
    unlink(link)
    try Self.check(symlink(version, link), link)
    try Self.check(rename(link, data), data)
    if let old { try? FileManager.default.removeItem(atPath: "\(directory)/\(old)") }
  }

  private static func check(_ result: Int32, _ path: String) throws {
    guard result == 0 else { throw SystemCallError(call: path) }
  }
}

/// The program under test, and other programs.
package enum TestBinary {
  /// `TOKENXCHANGE_BINARY`, else the program next to the running executable.
  package static var path: String { isNamed ? named : sibling("tokenxchange") }

  /// Whether `TOKENXCHANGE_BINARY` is set: then it is the static release binary.
  package static var isNamed: Bool { !named.isEmpty }

  private static var named: String {
    ProcessInfo.processInfo.environment["TOKENXCHANGE_BINARY"] ?? ""
  }

  /// A program next to the running executable, where SwiftPM puts it.
  package static func sibling(_ name: String) -> String {
    let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: own ?? "").deletingLastPathComponent().appending(path: name).path
  }

  /// A program in PATH; nil if there is none.
  package static func find(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    // Debian installs nginx in a directory that only root's PATH contains.
    return (path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"])
      .map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
