import TokenExchange

extension Command {
  /// Forgets what the cache holds.
  static let logout = Command(
    name: "logout", summary: "sign out: remove the tokens that the cache holds",
    details: """
      Removes every entry of the cache, sign-ins among them, and says how many there were. Tokens
      that were handed out stay good until their end: Dex revokes none.
      """,
    options: [.logoutCacheDir, .verbose]
  ) { invocation, world throws(Problem) in
    let folder: CacheFolder
    do throws(CacheFault) {
      folder = try CacheFolder.find(invocation, variables: world.variables)
    } catch {
      throw .cacheFolder("", error)
    }
    do throws(CacheFault) {
      try world.cache.findFolder(folder.path)
    } catch .missing {
      try world.tell(removed: 0, folder.path)
      return .done
    } catch {
      throw .cacheFolder(folder.path, error)
    }
    let result = folder.empty(world.cache, sleep: world.sleep)
    guard result.stuck.isEmpty else {
      throw .cacheFolder(folder.path, .unfit("\(result.stuck.count) files cannot be removed"))
    }
    try world.tell(removed: result.entries, folder.path)
    return .done
  }
}

extension World {
  fileprivate func tell(removed count: Int, _ path: String) throws(Problem) {
    let entries = count == 1 ? "1 entry" : "\(count) entries"
    try writeOutput("removed \(entries) from \(path.sanitized())\n")
  }
}

extension Problem {
  /// The cache cannot be emptied.
  static func cacheFolder(_ path: String, _ fault: CacheFault) -> Problem {
    Problem(
      .usage,
      "the cache\(path.isEmpty ? "" : " " + path.sanitized()) cannot be emptied: \(fault.words.sanitized())",
      hint: "name the folder that was used by --cache-dir, and run this as its owner")
  }
}
