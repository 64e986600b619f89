public import Foundation
import Glibc

/// A new directory, removed with its content when the last reference is released.
public final class TemporaryDirectory: Sendable {
  /// An error while creating the directory.
  public struct Failure: Error {}

  /// Its path.
  public let path: String

  /// Makes one, in TMPDIR or /tmp.
  public init(prefix: String = "tokenxchange-test") throws {
    let parent = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 }
    var template = Array("\(parent ?? "/tmp")/\(prefix).XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure() }
    path = String(
      decoding: template.dropLast().map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Its path as a URL.
  public var url: URL { URL(filePath: path, directoryHint: .isDirectory) }

  /// The path of an entry.
  public func path(_ name: String) -> String { path + "/" + name }

  /// Writes a file and returns its path.
  @discardableResult
  public func write(_ text: String, to name: String, mode: mode_t = 0o600) throws -> String {
    let file = path(name)
    let parent = URL(filePath: file).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: file))
    guard chmod(file, mode) == 0 else { throw Failure() }
    return file
  }
}
