import Platform
import TokenExchange

/// Removing what is out of date.
extension CacheDirectory {
  /// What a file in the directory is to this program.
  enum Kind: Equatable {
    case file(File, name: String)
    /// A temporary file of a process that was killed while it wrote.
    case leftover
    /// A file of another program, which stays.
    case foreign
  }

  /// The kind of a file by its name.
  static func kind(of file: String) -> Kind {
    if AtomicFile.isTemporary(file) { return .leftover }
    let parts = file.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 64,
      parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
      let file = File(rawValue: String(parts[1]))
    else { return .foreign }
    return .file(file, name: String(parts[0]))
  }

  /// Removes what is too old to be used or has the format of an earlier version, of all keys.
  func removeOutdated(_ files: Files) {
    for file in files.list(path) {
      switch Self.kind(of: file.name) {
      case .file(.lock, let name): if file.age > 86_400 { removeLock(name, files) }
      case .file(let kind, _):
        let path = "\(path)/\(file.name)"
        if file.age > kind.longestUse || isOfEarlierFormat(path, files) { try? files.remove(path) }
      case .leftover: if file.age > 60 { try? files.remove("\(path)/\(file.name)") }
      case .foreign: break
      }
    }
  }

  /// Whether a file has the format of version 0.1, which was not JSON.
  private func isOfEarlierFormat(_ path: String, _ files: Files) -> Bool {
    guard let content = try? files.readPrivate(path, CachedToken.largestFile) else { return false }
    return content.starts(with: "tokenxchange ".utf8)
  }

  /// Removes everything that belongs to this program.
  ///
  /// - Parameters:
  ///   - files: The files.
  ///   - sleep: Waits, in seconds.
  /// - Returns: How many entries there were.
  /// - Throws: That some files could not be removed.
  func removeAll(_ files: Files, sleep: (Double) -> Void) throws(CacheError) -> Int {
    var entries = 0
    var stuck = 0
    for file in files.list(path) {
      let kind = Self.kind(of: file.name)
      switch kind {
      case .foreign, .file(.lock, _): break
      case .leftover, .file:
        let lock = waitForLock(of: kind, files, sleep: sleep)
        defer { lock?.release() }
        do throws(FileWriteError) {
          try files.remove("\(path)/\(file.name)")
        } catch {
          stuck += 1
          continue
        }
        switch kind {
        case .file(.token, _), .file(.login, _): entries += 1
        default: break
        }
      }
    }
    // Last, because removing a sign-in takes its lock, which makes the lock file again.
    for file in files.list(path) {
      if case .file(.lock, let name) = Self.kind(of: file.name) { removeLock(name, files) }
    }
    guard stuck == 0 else { throw .cannotRemove(files: stuck) }
    return entries
  }

  /// Waits for a refresh to end, which would otherwise write what was just removed.
  private func waitForLock(
    of kind: Kind, _ files: Files, sleep: (Double) -> Void
  ) -> FileLock? {
    guard case .file(.login, let name) = kind else { return nil }
    for _ in 1...20 {
      do throws(FileLockError) {
        if let lock = try files.lock(path(.lock, of: name)) { return lock }
      } catch {
        return nil
      }
      sleep(0.1)
    }
    return nil
  }

  /// Removes a lock file that no process holds; it is locked meanwhile, or two could hold it.
  private func removeLock(_ name: String, _ files: Files) {
    let path = path(.lock, of: name)
    guard let lock = try? files.lock(path) else { return }
    try? files.remove(path)
    lock.release()
  }
}

extension CacheDirectory.File {
  /// Seconds after which a file is of no use.
  fileprivate var longestUse: Double {
    switch self {
    case .token: CachedToken.longestUse
    case .login: 100 * 86_400
    case .failure: 60
    case .lock: 86_400
    }
  }
}
