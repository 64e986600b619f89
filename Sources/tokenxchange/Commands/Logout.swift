import Encoding
import Platform
import TokenExchange

extension Command {
  /// Removes the cached tokens.
  static let logout = Command(
    name: "logout", summary: "sign out: remove the cached tokens",
    details: """
      Removes every entry of the cache, including sign-ins, and prints their number. Tokens that
      were already issued stay valid until they expire, because Dex cannot revoke them.
      """,
    example: "tokenxchange logout",
    options: [.logoutCacheDir, .verbose]
  ) { arguments, world throws(CommandError) in
    let directory: CacheDirectory
    let count: Int
    do throws(CacheError) {
      directory = try CacheDirectory.find(arguments, variables: world.variables)
      count = try world.removeCache(directory)
    } catch {
      throw .cache(error)
    }
    let entries = count == 1 ? "1 entry" : "\(count) entries"
    try world.writeOutput("removed \(entries) from \(directory.path.sanitized())\n")
    return .done
  }
}

extension World {
  /// Removes all entries of a cache; a directory that does not exist has none.
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
