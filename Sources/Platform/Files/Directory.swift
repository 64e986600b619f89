import Glibc

/// Creates and checks directories.
package enum Directory {
  /// Creates a directory if it does not exist; a new one gets its mode regardless of the umask.
  ///
  /// The mode is set through a descriptor: another user could replace the path in the meantime.
  package static func make(_ path: String, mode: UInt32) throws(FileWriteError) {
    guard mkdir(path, mode) == 0 else {
      let code = errno
      if code == EEXIST, FileKind(of: path) == .directory { return }
      throw .system(.makeDirectory(path), errno: code)
    }
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(.setMode(path), errno: errno) }
    defer { close(descriptor) }
    guard fchmod(descriptor, mode) == 0 else { throw .system(.setMode(path), errno: errno) }
  }

  /// Ensures that a directory exists, belongs to this user and is not accessible by others.
  ///
  /// Missing directories are created with mode 0700. An existing one is not changed: it may be a
  /// home directory that was passed by mistake. Root creates none below another user's directory
  /// (`sudo` with that user's `HOME`), because the user could not use it later.
  package static func makePrivate(_ path: String) throws(DirectoryError) {
    if geteuid() == 0, FileStatus.ofLink(path) == nil, let owner = ownerOfNearest(path), owner != 0
    {
      throw .belowDirectoryOf(owner: owner)
    }
    if mkdir(path, 0o700) != 0 {
      let code = errno
      if code == ENOENT, let parent = parent(of: path) {
        try makeAll(parent)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .cannotMake(errno: errno) }
      } else if code != EEXIST {
        // A read-only file system returns EROFS even if the directory exists.
        guard FileStatus.ofLink(path) != nil else { throw .cannotMake(errno: code) }
      }
    }
    try check(path)
  }

  /// The owner of the nearest existing directory above a path.
  private static func ownerOfNearest(_ path: String) -> UInt32? {
    var path = path
    while true {
      if let status = FileStatus.following(path) { return status.st_uid }
      guard let parent = parent(of: path) else { return nil }
      path = parent
    }
  }

  /// Checks that a path is a directory of this user, and that others cannot access it unless
  /// `allowsOthers`.
  package static func check(
    _ path: String, allowsOthers: Bool = false
  ) throws(DirectoryError) {
    guard let status = FileStatus.ofLink(path) else {
      throw errno == ENOENT || errno == ENOTDIR ? .missing : .cannotInspect(errno: errno)
    }
    guard FileKind(status) == .directory else { throw .notDirectory }
    guard status.st_uid == geteuid() else {
      throw .notOwned(owner: status.st_uid, user: geteuid())
    }
    guard allowsOthers || status.st_mode & 0o077 == 0 else { throw .accessibleByOthers }
  }

  private static func makeAll(_ path: String) throws(DirectoryError) {
    guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
    let code = errno
    guard code == ENOENT, let parent = parent(of: path) else {
      if FileStatus.following(path) != nil { return }
      throw .cannotMake(errno: code)
    }
    try makeAll(parent)
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .cannotMake(errno: errno) }
  }

  private static func parent(of path: String) -> String? {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return nil }
    return String(path[..<slash])
  }
}

/// A file in a directory.
package struct DirectoryEntry: Equatable, Sendable {
  package var name: String
  package var kind: FileKind
  /// Seconds since its content changed, or until then if that date is in the future.
  ///
  /// A future date means that a clock was wrong; without the absolute value, such a file would
  /// never be old enough to be removed.
  package var age: Double
}

extension Directory {
  /// The files in a directory, without subdirectories; empty if it cannot be listed.
  static func files(in directory: String) -> [DirectoryEntry] {
    let now = time(nil)
    var found: [DirectoryEntry] = []
    _ = firstName(in: directory) { name in
      guard let status = FileStatus.ofLink(directory + "/" + name), FileKind(status) != .directory
      else { return false }
      found.append(
        DirectoryEntry(
          name: name, kind: FileKind(status), age: abs(Double(now - status.st_mtim.tv_sec))))
      return false
    }
    return found
  }

  /// The first name in a directory that a condition accepts; nil if it cannot be listed.
  static func firstName(in directory: String, where accepts: (String) -> Bool) -> String? {
    guard let listing = opendir(directory) else { return nil }
    defer { closedir(listing) }
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if accepts(name) { return name }
    }
    return nil
  }
}
