import Glibc

/// The type of a file.
package enum FileKind: Equatable, Sendable {
  case regular, directory, pipe, socket, device, link

  init(_ status: stat) {
    self =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .directory
      case S_IFIFO: .pipe
      case S_IFSOCK: .socket
      case S_IFLNK: .link
      default: .device
      }
  }

  /// The type of the file at a path, following links; nil if there is none.
  init?(of path: String) {
    guard let status = FileStatus.following(path) else { return nil }
    self.init(status)
  }

  /// The type of the path itself, which may be a symbolic link; nil if there is nothing.
  init?(ofLink path: String) {
    guard let status = FileStatus.ofLink(path) else { return nil }
    self.init(status)
  }
}

/// The device and inode of a file, which several paths may refer to.
package struct FileIdentity: Hashable, Sendable {
  package var device: UInt64
  package var inode: UInt64
}

extension FileIdentity {
  init(_ status: stat) {
    self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }

  /// The identity of the file at a path, following links; nil if there is none.
  package init?(of path: String) {
    guard let status = FileStatus.following(path) else { return nil }
    self.init(status)
  }
}

/// The status of files; nil if there is none.
enum FileStatus {
  /// The status of the file at a path, following links.
  static func following(_ path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
  }

  /// The status of the path itself, which may be a symbolic link.
  static func ofLink(_ path: String) -> stat? {
    var status = stat()
    return lstat(path, &status) == 0 ? status : nil
  }

  static func open(_ descriptor: Int32) -> stat? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? status : nil
  }
}
