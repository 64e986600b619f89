import Glibc
import Platform
import TestSupport
import Testing

/// Locks and directories in a real file system.
@Suite struct DirectoryTests {
  private let home: TemporaryDirectory

  init() throws { home = try TemporaryDirectory() }

  @Test("a lock is exclusive") func exclusiveLock() throws {
    let path = home.path("lock")
    let first = try #require(try FileLock.take(path))
    #expect(try FileLock.take(path)?.release() == nil)
    first.release()
    let second = try #require(try FileLock.take(path))
    second.release()
  }

  @Test("a removed lock file does not block others") func removedLockFile() throws {
    let path = home.path("lock")
    let first = try #require(try FileLock.take(path))
    unlink(path)
    let second = try #require(try FileLock.take(path))
    #expect(try FileLock.take(path)?.release() == nil)
    first.release()
    #expect(try FileLock.take(path)?.release() == nil)
    second.release()
  }

  @Test("private directories are created with mode 0700") func privateDirectories() throws {
    let path = home.path("a/b/c")
    try Directory.makePrivate(path)
    try Directory.makePrivate(path)
    var status = stat()
    #expect(stat(path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o700)
    chmod(path, 0o710)
    #expect(throws: DirectoryError.self) { try Directory.makePrivate(path) }
    #expect(stat(path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o710)
  }

  @Test("a new directory gets its mode regardless of the umask, and an existing one keeps its mode")
  func modes() throws {
    let path = home.path("site")
    try Directory.make(path, mode: 0o755)
    var status = stat()
    #expect(stat(path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o755)
    chmod(path, 0o700)
    try Directory.make(path, mode: 0o755)
    #expect(stat(path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o700)
  }

  @Test("a dangling link instead of a directory is an error, and its target is not created")
  func danglingLink() throws {
    let path = home.path("site")
    #expect(symlink(home.path("elsewhere"), path) == 0)
    #expect(throws: FileWriteError.system(.makeDirectory(path), errno: EEXIST)) {
      try Directory.make(path, mode: 0o755)
    }
    #expect(access(home.path("elsewhere"), F_OK) != 0)
  }
}
