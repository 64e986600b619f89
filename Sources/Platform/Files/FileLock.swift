import Glibc

/// A lock of one process against all others, which the system releases when that process ends,
/// however it ends.
package struct FileLock: Sendable {
  private let descriptor: Int32

  /// Tries to take a lock without waiting.
  ///
  /// The holder of a lock may remove its file; so the file that was locked must still be the one
  /// that other processes find.
  ///
  /// - Parameter path: The lock file; made if there is none.
  /// - Returns: nil if another process has it.
  /// - Throws: Why it cannot be taken.
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
      // The note of the last holder is out of date.
      if mine.st_size > 0 { ftruncate(descriptor, 0) }
      if let found = FileStatus.ofLink(path), FileIdentity(found) == FileIdentity(mine) {
        return FileLock(descriptor: descriptor)
      }
      close(descriptor)
    }
    throw .unstable
  }

  /// Writes a note into the lock file, in place of an earlier one, for the processes that wait.
  package func note(_ text: String) {
    let bytes = Array(text.utf8)
    ftruncate(descriptor, 0)
    _ = pwrite(descriptor, bytes, bytes.count, 0)
  }

  /// Releases the lock.
  package func release() { close(descriptor) }
}
