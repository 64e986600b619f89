import Glibc

/// An exclusive lock on a file, which the kernel releases when the process ends.
package struct FileLock: Sendable {
  private let descriptor: Int32

  /// Tries to acquire a lock without waiting.
  ///
  /// The file is created if it is missing. The holder of a lock may remove it, so after locking, the
  /// path must still refer to the locked file. Returns nil if another process holds the lock.
  package static func take(_ path: String) throws(FileLockError) -> FileLock? {
    for _ in 1...10 {
      let descriptor = open(
        path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o600)
      guard descriptor >= 0 else { throw .cannotOpen(errno: errno) }
      guard let mine = FileStatus.open(descriptor), FileKind(mine) == .regular,
        mine.st_uid == geteuid()
      else {
        close(descriptor)
        throw .notOwned
      }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let code = errno
        close(descriptor)
        if code == EWOULDBLOCK { return nil }
        if code == EINTR { continue }
        throw .cannotLock(errno: code)
      }
      // The note of the previous holder is out of date.
      if mine.st_size > 0 { ftruncate(descriptor, 0) }
      if let found = FileStatus.ofLink(path), FileIdentity(found) == FileIdentity(mine) {
        return FileLock(descriptor: descriptor)
      }
      close(descriptor)
    }
    throw .unstable
  }

  /// Replaces the note in the lock file, which waiting processes read.
  package func note(_ text: String) {
    let bytes = Array(text.utf8)
    ftruncate(descriptor, 0)
    _ = pwrite(descriptor, bytes, bytes.count, 0)
  }

  /// Releases the lock.
  package func release() { close(descriptor) }
}
