import Glibc

/// A lock of one process against all others, which the system releases when that process ends,
/// however it ends.
struct FileLock: Sendable {
  private let descriptor: Int32

  /// Tries to take a lock without waiting.
  ///
  /// A lock file may be removed by whoever holds its lock; so the one that was locked must still be
  /// the one that others find.
  ///
  /// - Parameter path: The lock file; made if there is none.
  /// - Returns: nil if another has it.
  /// - Throws: Why there can be no lock.
  static func take(_ path: String) throws(CacheFault) -> FileLock? {
    for _ in 1...10 {
      let descriptor = open(
        path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o600)
      guard descriptor >= 0 else { throw .system("open the lock file", errno) }
      var mine = stat()
      guard fstat(descriptor, &mine) == 0, mine.st_mode & S_IFMT == S_IFREG,
        mine.st_uid == geteuid()
      else {
        close(descriptor)
        throw .unfit("the lock file is not a file of this user")
      }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let code = errno
        close(descriptor)
        if code == EWOULDBLOCK { return nil }
        if code == EINTR { continue }
        throw .system("lock", code)
      }
      // What the last holder was at is of no meaning any more.
      if mine.st_size > 0 { ftruncate(descriptor, 0) }
      var found = stat()
      if lstat(path, &found) == 0, found.st_ino == mine.st_ino, found.st_dev == mine.st_dev {
        return FileLock(descriptor: descriptor)
      }
      close(descriptor)
    }
    throw .unfit("the lock file keeps being replaced")
  }

  /// Says in the lock file what its holder is at, for those who wait.
  func note(_ text: String) {
    let bytes = Array(text.utf8)
    _ = pwrite(descriptor, bytes, bytes.count, 0)
  }

  /// Lets the others have it.
  func release() { close(descriptor) }
}
