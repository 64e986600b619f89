import TokenExchange

/// Removing what nobody needs any more.
extension CacheFolder {
  /// What a file in the folder is to us.
  enum Kind: Equatable {
    case file(File, name: String)
    /// Left by a process that was killed while it wrote.
    case leftover
    /// Not ours to touch.
    case foreign
  }

  /// Tells by its name what a file is.
  static func kind(of file: String) -> Kind {
    if file.hasPrefix("."), file.contains(AtomicFile.temporaryMark) { return .leftover }
    let parts = file.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 64,
      parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
      let file = File(rawValue: String(parts[1]))
    else { return .foreign }
    return .file(file, name: String(parts[0]))
  }

  /// Removes what is too old to be used, of all keys.
  func sweep(_ system: CacheSystem) {
    for file in system.list(path) {
      switch Self.kind(of: file.name) {
      case .file(.lock, let name) where file.age > 86_400: removeLock(name, system)
      case .file(.token, _) where file.age > CachedToken.longestUse,
        .file(.login, _) where file.age > 100 * 86_400,
        .file(.failure, _) where file.age > 60, .leftover where file.age > 60:
        _ = system.remove("\(path)/\(file.name)")
      default: break
      }
    }
  }

  /// Removes everything of ours.
  ///
  /// - Parameters:
  ///   - system: The files.
  ///   - sleep: Waits, in seconds.
  /// - Returns: How many entries there were, and the files that would not go.
  func empty(
    _ system: CacheSystem, sleep: (Double) -> Void
  ) -> (entries: Int, stuck: [String]) {
    var entries = 0
    var stuck: [String] = []
    for file in system.list(path) {
      let kind = Self.kind(of: file.name)
      switch kind {
      case .foreign, .file(.lock, _): break
      case .leftover, .file:
        let lock = waitForLock(of: kind, system, sleep: sleep)
        defer { lock?.release() }
        guard system.remove("\(path)/\(file.name)") else {
          stuck.append(file.name)
          continue
        }
        switch kind {
        case .file(.token, _), .file(.login, _): entries += 1
        default: break
        }
      }
    }
    // Last, because the lock of a sign-in is taken, and so made anew, while that is removed.
    for file in system.list(path) {
      if case .file(.lock, let name) = Self.kind(of: file.name) { removeLock(name, system) }
    }
    return (entries, stuck)
  }

  /// Waits a while for a refresh to end, which would otherwise write what was just removed.
  private func waitForLock(
    of kind: Kind, _ system: CacheSystem, sleep: (Double) -> Void
  ) -> FileLock? {
    guard case .file(.login, let name) = kind else { return nil }
    for _ in 1...20 {
      do throws(CacheFault) {
        if let lock = try system.lock(path(.lock, of: name)) { return lock }
      } catch {
        return nil
      }
      sleep(0.1)
    }
    return nil
  }

  /// Removes a lock file that nobody holds; it is held meanwhile, or two could hold it.
  private func removeLock(_ name: String, _ system: CacheSystem) {
    let path = path(.lock, of: name)
    guard let lock = try? system.lock(path) else { return }
    _ = system.remove(path)
    lock.release()
  }
}
