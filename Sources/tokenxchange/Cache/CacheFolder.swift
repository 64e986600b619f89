import TokenExchange

/// Where the cache is.
struct CacheFolder: Sendable, Equatable {
  var path: String

  /// The files of one key, by what they hold.
  enum File: String, CaseIterable {
    case token, login, failure, lock
  }

  /// The path of a key's file.
  func path(_ file: File, of name: String) -> String { "\(path)/\(name).\(file.rawValue)" }

  /// Finds the folder: the option, else a place of this user's own; never one that all share.
  ///
  /// - Throws: The words for why there is none.
  static func find(
    _ invocation: Invocation, variables: [String: String]
  ) throws(CacheFault) -> CacheFolder {
    if let path = invocation.text(.cacheDir) { return CacheFolder(path: trimmed(path)) }
    for (name, rest) in places {
      // The XDG rules: what is not absolute is ignored.
      guard let base = variables[name], base.hasPrefix("/") else { continue }
      return CacheFolder(path: trimmed(base) + rest)
    }
    throw .unfit("none of KUBECACHEDIR, XDG_CACHE_HOME and HOME names a folder")
  }

  private static let places = [
    ("KUBECACHEDIR", "/tokenxchange"), ("XDG_CACHE_HOME", "/tokenxchange"),
    ("HOME", "/.kube/cache/tokenxchange"),
  ]

  /// Without slashes at the end: behind one a symbolic link would be followed.
  private static func trimmed(_ path: String) -> String {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return String(path)
  }
}
