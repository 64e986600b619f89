import Encoding
import Platform
import TokenExchange

extension Command {
  static let logout = Command(
    name: "logout", summary: "sign out: remove the cached tokens",
    details: """
      Removes every entry of the cache, including sign-ins, and prints what was removed. Tokens that
      were already issued stay valid until they expire, because Dex cannot revoke them.
      """,
    example: "tokenxchange logout",
    options: [.logoutCacheDir, .verbose]
  ) { arguments, world throws(CommandError) in
    let directory: CacheDirectory
    let removed: [RemovedEntry]
    do throws(CacheError) {
      directory = try CacheDirectory.find(arguments, variables: world.variables)
      removed = try world.removeCache(directory)
    } catch {
      throw .cache(error, source: arguments.resolved(.cacheDir)?.source.name)
    }
    let lines = removed.map { Message($0).text }.sorted() + [Message(removed, directory).text]
    try world.writeOutput(lines.map { $0 + "\n" }.joined())
    return .done
  }
}

extension World {
  /// Removes all entries of a cache; a default directory that does not exist has none.
  fileprivate func removeCache(_ directory: CacheDirectory) throws(CacheError) -> [RemovedEntry] {
    do throws(DirectoryError) {
      try files.checkDirectory(directory.path)
    } catch {
      guard directory.source != nil || error != .missing else { return [] }
      throw .directory(directory.path, error)
    }
    return try directory.removeAll(files, sleep: sleep)
  }
}
