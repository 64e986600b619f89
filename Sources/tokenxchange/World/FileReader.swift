import Glibc

/// Reads files that others may be replacing or may have made into traps.
enum FileReader {
  /// Reads a whole regular file.
  ///
  /// Symbolic links are followed: a projected token lies two of them deep. It is opened without
  /// blocking, so that a pipe cannot hang the run, and looked at again afterwards, so that a writer
  /// in place cannot slip in half a token.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - limit: The most bytes that it may have.
  /// - Returns: Its content.
  /// - Throws: What is wrong with it.
  static func read(_ path: String, limit: Int) throws(FileFault) -> [UInt8] {
    for attempt in 1...attempts {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
      guard descriptor >= 0 else {
        let reason = errno
        // Between two steps of kubelet's swap of ..data a path can lead nowhere for a moment.
        if reason == ENOENT, isLink(path), attempt < attempts {
          usleep(pause)
          continue
        }
        throw reason == ENOENT || reason == ENOTDIR
          ? .missing : .unreadable(String(cString: strerror(reason)))
      }
      defer { close(descriptor) }
      var before = stat()
      fstat(descriptor, &before)
      try checkKind(before)
      let content = try drain(descriptor, limit: limit)
      var after = stat()
      fstat(descriptor, &after)
      if before.st_size == after.st_size, before.st_mtim.tv_sec == after.st_mtim.tv_sec,
        before.st_mtim.tv_nsec == after.st_mtim.tv_nsec
      {
        return content
      }
      usleep(pause)
    }
    throw .unstable
  }

  private static let attempts = 5
  private static let pause: UInt32 = 20_000

  private static func checkKind(_ status: stat) throws(FileFault) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR: throw .notRegular("a folder")
    case S_IFIFO: throw .notRegular("a pipe")
    case S_IFSOCK: throw .notRegular("a socket")
    default: throw .notRegular("a device")
    }
  }

  /// Reads to the end of an open file.
  static func drain(_ descriptor: Int32, limit: Int) throws(FileFault) -> [UInt8] {
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .unreadable(String(cString: strerror(errno))) }
      if count == 0 { return content }
      content += buffer[..<count]
      guard content.count <= limit else { throw .tooLarge }
    }
  }

  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }
}
