import Testing
import TokenExchange

@testable import tokenxchange

/// Where the cache is, and its clock.
@Suite struct CacheDirectoryTests {
  @Test func theProcessBeganBeforeNow() {
    let now = BootClock.live.now()
    let start = BootClock.processStart(now: now)
    #expect(start <= now)
    #expect(start >= now - 10)
    #expect(BootClock.processStart(now: now + 1000) == now + 1000)
  }

  @Test(
    arguments: [
      ("flag first", ["--cache-dir=/d/"], ["KUBECACHEDIR": "/k"], "/d"),
      ("kubectl's", [], ["KUBECACHEDIR": "/k", "XDG_CACHE_HOME": "/x"], "/k/tokenxchange"),
      ("XDG", [], ["XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/tokenxchange"),
      ("relative ones do not count", [], ["XDG_CACHE_HOME": "x", "HOME": "/h"], homeFolder),
      ("home", [], ["HOME": "/h/"], homeFolder),
      ("none", [], ["HOME": ""], nil),
      ("slashes and dots at the end", ["--cache-dir=/d/.//./"], [:], "/d"),
      ("a dot in a name", ["--cache-dir=/d."], [:], "/d."),
      ("the root", ["--cache-dir=//"], [:], "/"), ("here", ["--cache-dir=."], [:], "."),
      ("behind a link", ["--cache-dir=/link/.."], [:], nil),
      ("behind a link, with a slash", ["--cache-dir=/link/../"], [:], nil),
      ("above", ["--cache-dir=.."], [:], nil),
    ] as [(String, [String], [String: String], String?)])
  func places(
    name: String, flags: [String], variables: [String: String], expected: String?
  ) throws {
    let invocation = try ArgumentParser(arguments: flags, variables: [:]).parse()
    let found = try? CacheDirectory.find(invocation, variables: variables)
    #expect(found?.path == expected)
  }

  private static let homeFolder = "/h/.kube/cache/tokenxchange"
}
