import Glibc
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// Locks, folders and clocks on a real file system.
@Suite struct CacheSystemTests {
  private let home: TemporaryDirectory

  init() throws { home = try TemporaryDirectory() }

  @Test func aLockIsForOneOnly() throws {
    let path = home.path("lock")
    let first = try #require(try FileLock.take(path))
    #expect(try FileLock.take(path)?.release() == nil)
    first.release()
    let second = try #require(try FileLock.take(path))
    second.release()
  }

  @Test func aLockFileThatWasRemovedLocksNobodyOut() throws {
    let path = home.path("lock")
    let first = try #require(try FileLock.take(path))
    unlink(path)
    let second = try #require(try FileLock.take(path))
    #expect(try FileLock.take(path)?.release() == nil)
    first.release()
    #expect(try FileLock.take(path)?.release() == nil)
    second.release()
  }

  @Test func foldersAreMadeForUsAlone() throws {
    let path = home.path("a/b/c")
    try FileSystem.prepareFolder(path)
    try FileSystem.prepareFolder(path)
    var status = stat()
    #expect(stat(path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o700)
    chmod(path, 0o710)
    #expect(throws: CacheFault.self) { try FileSystem.prepareFolder(path) }
    #expect(stat(path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o710)
  }

  @Test func theProcessBeganBeforeNow() {
    let now = CacheClock.now()
    let start = CacheClock.processStart(now: now)
    #expect(start <= now)
    #expect(start >= now - 10)
    #expect(CacheClock.processStart(now: now + 1000) == now + 1000)
  }

  @Test(
    arguments: [
      ("flag first", ["--cache-dir=/d/"], ["KUBECACHEDIR": "/k"], "/d"),
      ("kubectl's", [], ["KUBECACHEDIR": "/k", "XDG_CACHE_HOME": "/x"], "/k/tokenxchange"),
      ("XDG", [], ["XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/tokenxchange"),
      ("relative ones do not count", [], ["XDG_CACHE_HOME": "x", "HOME": "/h"], homeFolder),
      ("home", [], ["HOME": "/h/"], homeFolder),
      ("none", [], ["HOME": ""], nil),
    ] as [(String, [String], [String: String], String?)])
  func places(
    name: String, flags: [String], variables: [String: String], expected: String?
  ) throws {
    let invocation = try ArgumentParser(arguments: flags, variables: [:]).parse()
    let found = try? CacheFolder.find(invocation, variables: variables)
    #expect(found?.path == expected)
  }

  private static let homeFolder = "/h/.kube/cache/tokenxchange"
}
