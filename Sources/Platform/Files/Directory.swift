import Glibc

/// Makes and checks directories.
package enum Directory {
  /// Makes a directory unless there is one; a new one gets its permissions whatever the umask.
  ///
  /// The permissions are set on the open directory: by its path they would be set on whatever
  /// another user puts there meanwhile.
  package static func make(_ path: String, mode: UInt32) throws(FileWriteError) {
    guard mkdir(path, mode) == 0 else {
      let code = errno
      if code == EEXIST, FileStatus.following(path).map(FileKind.init) == .directory { return }
      throw .system(.makeDirectory(path), errno: code)
    }
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(.setMode(path), errno: errno) }
    defer { close(descriptor) }
    guard fchmod(descriptor, mode) == 0 else { throw .system(.setMode(path), errno: errno) }
  }

  /// Makes sure that a directory exists, belongs to this user and is closed to others.
  ///
  /// Missing ones are made with mode 0700. An existing one is not changed: it may be a home directory
  /// that was named by mistake. Root makes none below a directory of another user, as with `sudo` and
  /// that user's `HOME`: the user could not use it later.
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
        // A read-only file system reports that before it reports that the directory exists.
        guard FileStatus.ofLink(path) != nil else { throw .cannotMake(errno: code) }
      }
    }
    try check(path)
  }

  /// The owner of the nearest directory above a path that exists.
  private static func ownerOfNearest(_ path: String) -> UInt32? {
    var path = path
    while true {
      if let status = FileStatus.following(path) { return status.st_uid }
      guard let parent = parent(of: path) else { return nil }
      path = parent
    }
  }

  /// Makes sure that a path is a directory of this user, closed to others unless they may have access.
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
  /// Seconds since its content changed.
  ///
  /// A date in the future counts as long ago as it is ahead: the clock was wrong then, and such a
  /// file would stay until that day.
  package var age: Double

  package init(name: String, kind: FileKind, age: Double) {
    self.name = name
    self.kind = kind
    self.age = age
  }
}

/// Lists directories.
enum DirectoryListing {
  /// The files in a directory, without its subdirectories; none if it cannot be listed.
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
