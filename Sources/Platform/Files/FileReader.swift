import Glibc

/// Reads files that other programs may replace at any time, even with a pipe.
package enum FileReader {
  /// Reads a whole regular file.
  ///
  /// Symbolic links are followed: a projected token is behind two of them. The file is opened
  /// without blocking, so that a pipe cannot hang the process, and its status is compared before
  /// and after, so that a file that is written in place is never read half-written. The limit is in
  /// bytes.
  package static func read(_ path: String, limit: Int) throws(FileReadError) -> [UInt8] {
    for attempt in 1...attempts {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
      guard descriptor >= 0 else {
        let reason = errno
        // While kubelet replaces the link ..data, the link can be dangling briefly.
        if reason == ENOENT, FileKind(ofLink: path) == .link, attempt < attempts {
          usleep(pause)
          continue
        }
        // A socket cannot be opened.
        if reason == ENXIO, FileKind(of: path) == .socket { throw .notRegular(.socket) }
        throw reason == ENOENT || reason == ENOTDIR ? .missing : .system(errno: reason)
      }
      defer { close(descriptor) }
      guard let before = FileStatus.open(descriptor) else { throw .system(errno: errno) }
      guard FileKind(before) == .regular else { throw .notRegular(FileKind(before)) }
      let content = try drain(descriptor, limit: limit)
      guard let after = FileStatus.open(descriptor) else { throw .system(errno: errno) }
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

  /// Reads a file that belongs to this user and that others cannot access, without following links.
  package static func readPrivate(_ path: String, limit: Int) throws(FileReadError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      let reason = errno
      throw reason == ENOENT
        ? .missing : reason == ELOOP ? .notRegular(.link) : .system(errno: reason)
    }
    defer { close(descriptor) }
    guard let status = FileStatus.open(descriptor) else { throw .system(errno: errno) }
    guard FileKind(status) == .regular else { throw .notRegular(FileKind(status)) }
    guard status.st_uid == geteuid() else { throw .notOwned }
    guard status.st_mode & 0o077 == 0 else { throw .accessibleByOthers }
    guard status.st_size <= limit else { throw .tooLarge }
    // One byte more than the size: such files are replaced and never written in place.
    var content = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
    var length = 0
    while length < content.count {
      let room = content.count - length
      let count = content.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress?.advanced(by: length), room)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system(errno: errno) }
      if count == 0 { break }
      length += count
    }
    guard length < content.count else { throw .unstable }
    content.removeLast(content.count - length)
    return content
  }

  /// Reads to the end of an open file.
  package static func drain(_ descriptor: Int32, limit: Int) throws(FileReadError) -> [UInt8] {
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system(errno: errno) }
      if count == 0 { return content }
      content += buffer[..<count]
      guard content.count <= limit else { throw .tooLarge }
    }
  }
}
