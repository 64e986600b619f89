import Encoding
package import FoundationEssentials
import Glibc

/// The metadata of a file.
package struct PathStatus: Sendable, Equatable {
  /// The target of the path's last component, if that is a symbolic link.
  package var target: String?
  /// The path without symbolic links.
  package var realPath: String
  /// The permissions.
  package var mode: UInt32
  package var owner: UInt32
  package var group: UInt32
  package var size: Int
  /// When its content last changed.
  package var modified: Date
}

extension PathStatus {
  /// The permissions in octal, as for `chmod`.
  package var modeText: String { mode.text(width: 4, radix: 8) }

  /// Reads the status of the file at a path, following links; nil if it cannot be inspected.
  package init?(of path: String) {
    guard let status = FileStatus.following(path) else { return nil }
    let time = status.st_mtim
    target = Self.link(path)
    realPath = Self.real(path) ?? path
    mode = status.st_mode & 0o7777
    owner = status.st_uid
    group = status.st_gid
    size = Int(status.st_size)
    modified = Date(
      timeIntervalSince1970: Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000)
  }

  /// The target of a symbolic link; nil if the path is not one.
  static func link(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink(path, &buffer, buffer.count)
    guard length > 0 else { return nil }
    // Whether CChar is signed depends on the architecture.
    let bytes = buffer.prefix(length).map { UInt8(truncatingIfNeeded: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A path without symbolic links; nil if it does not exist.
  static func real(_ path: String) -> String? {
    guard let pointer = realpath(path, nil) else { return nil }
    defer { free(pointer) }
    return String(cString: pointer)
  }
}
