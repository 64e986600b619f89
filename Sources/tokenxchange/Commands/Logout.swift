import Platform
import TokenExchange

extension Command {
  /// Forgets what the cache holds.
  static let logout = Command(
    name: "logout", summary: "sign out: remove the tokens that the cache holds",
    details: """
      Removes every entry of the cache, sign-ins among them, and says how many there were. Tokens
      that were handed out stay good until their end: Dex revokes none.
      """,
    example: "tokenxchange logout",
    options: [.logoutCacheDir, .verbose]
  ) { arguments, world throws(Problem) in
    let directory: CacheDirectory
    let count: Int
    do throws(CacheError) {
      directory = try CacheDirectory.find(arguments, variables: world.variables)
      count = try world.removeCache(directory)
    } catch {
      throw .cacheNotRemoved(error)
    }
    let entries = count == 1 ? "1 entry" : "\(count) entries"
    try world.writeOutput("removed \(entries) from \(directory.path.sanitized())\n")
    return .done
  }
}

extension World {
  /// Removes all entries of a cache; there are none in a directory that does not exist.
  fileprivate func removeCache(_ directory: CacheDirectory) throws(CacheError) -> Int {
    do throws(DirectoryError) {
      try files.checkDirectory(directory.path)
    } catch .missing {
      return 0
    } catch {
      throw .directory(directory.path, error)
    }
    return try directory.removeAll(files, sleep: sleep)
  }
}
