import Glibc

/// The calls of the system that the cache needs, with its suspicions: everything must be ours alone.
enum FileSystem {
  /// Makes sure that a folder is there, ours and closed to others.
  ///
  /// What is missing is made with mode 0700; what is there is not changed, for it may be somebody's
  /// home folder, named by mistake.
  static func prepareFolder(_ path: String) throws(CacheFault) {
    if mkdir(path, 0o700) != 0 {
      let code = errno
      if code == ENOENT, let parent = parent(of: path) {
        try makeFolders(parent)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
          throw .system("make the folder \(path)", errno)
        }
      } else if code != EEXIST {
        var status = stat()
        // A read-only file system says so before it says that the folder is there.
        guard lstat(path, &status) == 0 else { throw .system("make the folder \(path)", code) }
      }
    }
    try checkFolder(path)
  }

  /// Makes sure that a path is a folder, ours and closed to others.
  static func checkFolder(_ path: String, allowsOpen: Bool = false) throws(CacheFault) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      throw errno == ENOENT || errno == ENOTDIR ? .missing : .system("look at \(path)", errno)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw .unfit("\(path) is not a folder") }
    guard status.st_uid == geteuid() else {
      throw .unfit("the folder \(path) belongs to uid \(status.st_uid) and not to \(geteuid())")
    }
    guard allowsOpen || status.st_mode & 0o077 == 0 else {
      throw .unfit("the folder \(path) is open to others: its mode must be 0700")
    }
  }

  private static func makeFolders(_ path: String) throws(CacheFault) {
    guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
    let code = errno
    guard code == ENOENT, let parent = parent(of: path) else {
      var status = stat()
      if stat(path, &status) == 0 { return }
      throw .system("make the folder \(path)", code)
    }
    try makeFolders(parent)
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw .system("make the folder \(path)", errno)
    }
  }

  private static func parent(of path: String) -> String? {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return nil }
    return String(path[..<slash])
  }

  /// Reads a file that must be ours alone.
  static func read(_ path: String, limit: Int) throws(CacheFault) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      throw errno == ENOENT ? .missing : .system("open it", errno)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("look at it", errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unfit("it is not a regular file") }
    guard status.st_uid == geteuid() else { throw .unfit("it belongs to another user") }
    guard status.st_mode & 0o077 == 0 else { throw .unfit("it is open to others") }
    guard status.st_size <= limit else { throw .unfit("it is too long") }
    var content = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
    var length = 0
    while length < content.count {
      let room = content.count - length
      let count = content.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress?.advanced(by: length), room)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system("read it", errno) }
      if count == 0 { break }
      length += count
    }
    // Files here are replaced and never written to in place.
    guard length < content.count else { throw .unfit("it grew while it was read") }
    content.removeLast(content.count - length)
    return content
  }

  /// The files of a folder with their ages in seconds; none if it cannot be listed.
  ///
  /// A date that is still to come counts as long ago as it is ahead: the clock was wrong then, and
  /// such a file would lie there until that day.
  static func list(_ folder: String) -> [(name: String, age: Double)] {
    guard let listing = opendir(folder) else { return [] }
    defer { closedir(listing) }
    let now = time(nil)
    var found: [(name: String, age: Double)] = []
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      var status = stat()
      guard lstat(folder + "/" + name, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
        continue
      }
      found.append((name: name, age: abs(Double(now - status.st_mtim.tv_sec))))
    }
    return found
  }

  /// The system's words for a number of its own.
  static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
