import Foundation
import Glibc
import Synchronization

/// A projected volume as kubelet creates it: `token` -> `..data/token`, `..data` -> `..<time>`.
public final class ProjectedVolume: Sendable {
  /// A failed system call.
  public struct Failure: Error {
    /// The path.
    public var path: String
    /// Its `errno`.
    public var code: Int32
  }

  /// The directory.
  public let directory: String
  /// The file's name.
  public let name: String
  private let generation = Mutex(0)

  /// Creates the layout in an existing or new directory.
  public init(_ directory: String, name: String = "token", token: String) throws {
    self.directory = directory
    self.name = name
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    try rotate(to: token)
    unlink(tokenPath)
    try Self.check(symlink("..data/\(name)", tokenPath), tokenPath)
  }

  /// The path that programs read.
  public var tokenPath: String { directory + "/" + name }

  /// Replaces the token atomically, as kubelet does: new directory, new link, rename, old directory
  /// removed.
  public func rotate(to token: String) throws {
    let data = directory + "/..data"
    let number = generation.withLock { generation in
      generation += 1
      return generation
    }
    let version = "..2026_11_21_\(getpid()).\(number)"
    let old = try? FileManager.default.destinationOfSymbolicLink(atPath: data)
    try Self.check(mkdir("\(directory)/\(version)", 0o755), version)
    let file = "\(directory)/\(version)/\(name)"
    try Data(token.utf8).write(to: URL(filePath: file))
    try Self.check(chmod(file, 0o600), file)
    let link = directory + "/..data_tmp"
    unlink(link)
    try Self.check(symlink(version, link), link)
    try Self.check(rename(link, data), data)
    if let old { try? FileManager.default.removeItem(atPath: "\(directory)/\(old)") }
  }

  private static func check(_ result: Int32, _ path: String) throws {
    guard result == 0 else { throw Failure(path: path, code: errno) }
  }
}
