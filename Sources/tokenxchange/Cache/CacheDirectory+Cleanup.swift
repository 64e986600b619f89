import Platform
import TokenExchange

extension CacheDirectory {
  /// The kind of a file in the directory, by its name.
  enum FileClass: Equatable {
    case entry(CacheFile, name: String)
    /// A temporary file of a process that was killed while writing.
    case temporary
    /// A file of another program, which is never removed.
    case foreign
  }

  static func classify(_ file: String) -> FileClass {
    if AtomicFile.isTemporary(file) { return .temporary }
    let parts = file.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 64,
      parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
      let file = CacheFile(rawValue: String(parts[1]))
    else { return .foreign }
    return .entry(file, name: String(parts[0]))
  }

  /// Removes files that are too old or have the format of an earlier version.
  func removeOutdated(_ files: Files) {
    for file in files.list(path) {
      switch Self.classify(file.name) {
      case .entry(.lock, let name): if file.age > 86_400 { removeLock(name, files) }
      case .entry(let kind, _):
        let path = "\(path)/\(file.name)"
        if file.age > kind.maxAge || isOfEarlierFormat(path, files) { try? files.remove(path) }
      case .temporary: if file.age > 60 { try? files.remove("\(path)/\(file.name)") }
      case .foreign: break
      }
    }
  }

  /// Whether a file has the format of version 0.1, which was not JSON.
  private func isOfEarlierFormat(_ path: String, _ files: Files) -> Bool {
    guard let content = try? files.readPrivate(path, CacheFile.maxSize) else { return false }
    return content.starts(with: "tokenxchange ".utf8)
  }

  /// Removes every file of this program, and returns the removed tokens and sign-ins.
  func removeAll(_ files: Files, sleep: (Double) -> Void) throws(CacheError) -> [RemovedEntry] {
    var entries: [RemovedEntry] = []
    var failures = 0
    for file in files.list(path) {
      let kind = Self.classify(file.name)
      switch kind {
      case .foreign, .entry(.lock, _): break
      case .temporary, .entry:
        let lock = waitForLock(of: kind, files, sleep: sleep)
        defer { lock?.release() }
        let content = try? files.readPrivate("\(path)/\(file.name)", CacheFile.maxSize)
        guard (try? files.remove("\(path)/\(file.name)")) != nil else {
          failures += 1
          continue
        }
        if case .entry(let file, let name) = kind, file == .token || file == .login {
          entries.append(RemovedEntry(file, content ?? [], key: CacheKey(fileName: name)))
        }
      }
    }
    // Locks last, because acquiring the lock of a login creates its file.
    for file in files.list(path) {
      if case .entry(.lock, let name) = Self.classify(file.name) { removeLock(name, files) }
    }
    guard failures == 0 else { throw .cannotRemove(files: failures) }
    return entries
  }

  /// Waits for a refresh in progress, which would store the removed login again.
  private func waitForLock(
    of kind: FileClass, _ files: Files, sleep: (Double) -> Void
  ) -> FileLock? {
    guard case .entry(.login, let name) = kind else { return nil }
    for _ in 1...20 {
      do throws(FileLockError) {
        if let lock = try files.lock(path(.lock, of: name)) { return lock }
      } catch {
        break
      }
      sleep(0.1)
    }
    return nil
  }

  /// Removes a lock file that no process has locked.
  ///
  /// It is locked first: otherwise two processes could hold the lock.
  private func removeLock(_ name: String, _ files: Files) {
    let path = path(.lock, of: name)
    guard let lock = try? files.lock(path) else { return }
    try? files.remove(path)
    lock.release()
  }
}

struct RemovedEntry: Equatable {
  /// A user's sign-in, not the result of an exchange.
  var isLogin: Bool
  /// The user or account; nil if it cannot be read.
  var name: String?
  var issuer: String?
  /// The clients of its token.
  var audiences: [String] = []
}

extension RemovedEntry {
  fileprivate init(_ file: CacheFile, _ content: [UInt8], key: CacheKey) {
    isLogin = file == .login
    let token = isLogin ? CachedLogin(content, key: key)?.token : CachedToken(content, key: key)
    guard let jwt = token.flatMap({ UnverifiedJWT($0.secret.revealed) }) else { return }
    name =
      isLogin ? jwt.claims.personName : jwt.subject.map { DexSubject($0)?.userID ?? $0 }
    issuer = jwt.issuer
    audiences = jwt.audiences
  }
}

extension CacheFile {
  /// The age in seconds at which a file is removed.
  fileprivate var maxAge: Double {
    switch self {
    case .token: CachedToken.maxAge
    case .login: 100 * 86_400
    case .failure: 60
    case .lock: 86_400
    }
  }
}
