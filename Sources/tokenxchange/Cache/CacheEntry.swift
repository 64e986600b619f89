import Platform
import TokenExchange

/// The files of one key: a token or sign-in, the last failure, and the lock.
///
/// Nothing here may fail a run: it continues without what cannot be read, locked or written.
struct CacheEntry {
  let directory: CacheDirectory
  let key: CacheKey
  let world: World
  let log: VerboseLog
  private let name: String

  init(directory: CacheDirectory, key: CacheKey, world: World, log: VerboseLog) {
    self.directory = directory
    self.key = key
    self.world = world
    self.log = log
    name = key.name
  }

  /// The result of waiting for the lock.
  enum LockOutcome<Outcome> {
    /// Another process finished the work.
    case resolvedElsewhere(Outcome)
    /// The work is to be done here, with the lock or, where none can be taken, without.
    case acquired(FileLock?, waited: Double)
  }

  /// Waits for the lock, or for the result of its holder.
  ///
  /// - Parameters:
  ///   - timeout: Seconds to wait at most.
  ///   - longestPause: Seconds between two attempts at most.
  ///   - waiting: Gets the note of the lock's holder, again at each attempt.
  ///   - outcome: Looks for the result of another process.
  /// - Returns: That result, or who has to do the work.
  func waitForLock<Outcome>(
    timeout: Double, longestPause: Double = 0.05, waiting: ((String) -> Void)? = nil,
    outcome: () -> Outcome?
  ) -> LockOutcome<Outcome> {
    let start = world.uptime()
    var pause = 0.005
    while true {
      let lock: FileLock?
      do throws(FileLockError) {
        lock = try world.files.lock(directory.path(.lock, of: name))
      } catch {
        log("cache: no lock: \(error.message)")
        return .acquired(nil, waited: 0)
      }
      // Also with the lock: another process may have finished between our check and the lock.
      if let result = outcome() {
        lock?.release()
        return .resolvedElsewhere(result)
      }
      let waited = world.uptime() - start
      if let lock { return .acquired(lock, waited: waited) }
      guard waited < timeout else {
        log("cache: another process has held the lock for too long, continuing without it")
        return .acquired(nil, waited: waited)
      }
      if let waiting, let note = read(.lock), !note.isEmpty {
        waiting(String(decoding: note, as: UTF8.self).sanitized(maxLength: 20))
      }
      world.sleep(pause * (0.5 + world.random()))
      pause = min(pause * 1.5, longestPause)
    }
  }

  /// The cached token, or nil if there is none that can be read.
  ///
  /// - Parameter logsMiss: Whether to log why there is none.
  /// - Returns: The token, which may be too old to be used.
  func token(logsMiss: Bool = false) -> CachedToken? {
    record(.token, logsMiss: logsMiss) { CachedToken($0, key: key) }
  }

  /// The cached sign-in.
  func login(logsMiss: Bool = false) -> CachedLogin? {
    record(.login, logsMiss: logsMiss) { CachedLogin($0, key: key) }
  }

  /// The last failure.
  var failure: CachedFailure? { record(.failure) { CachedFailure($0, key: key) } }

  /// Keeps a token for the processes that wait and for later ones.
  func write(_ token: CachedToken) { write(token.content(key: key), .token) }

  /// Keeps a sign-in; its refresh token is worth waiting for the disk.
  ///
  /// - Returns: Whether it could be written.
  @discardableResult
  func write(_ login: CachedLogin, isDurable: Bool = false) -> Bool {
    write(login.content(key: key), .login, isDurable: isDurable)
  }

  /// Keeps a failure for the processes that wait.
  func write(_ problem: Problem) {
    write(CachedFailure(problem, written: world.moment).content(key: key), .failure)
  }

  private func record<Record>(
    _ file: CacheDirectory.File, logsMiss: Bool = false, parse: ([UInt8]) -> Record?
  ) -> Record? {
    guard let content = read(file, logsMiss: logsMiss) else { return nil }
    let record = parse(content)
    if record == nil, logsMiss { log("cache: the entry cannot be read or belongs to another key") }
    return record
  }

  private func read(_ file: CacheDirectory.File, logsMiss: Bool = false) -> [UInt8]? {
    do throws(FileReadError) {
      return try world.files.readPrivate(directory.path(file, of: name), CachedToken.largestFile)
    } catch {
      if logsMiss { log("cache: no entry: \(error.message)") }
      return nil
    }
  }

  @discardableResult
  private func write(
    _ content: [UInt8], _ file: CacheDirectory.File, isDurable: Bool = false
  ) -> Bool {
    guard content.count <= CachedToken.largestFile else {
      log("cache: not kept: it is too large")
      return false
    }
    let path = directory.path(file, of: name)
    let options = FileWriteOptions(mode: 0o600, isDurable: isDurable)
    do throws(FileWriteError) {
      do throws(FileWriteError) {
        try world.files.replace(path, content, options)
      } catch .notRegular(_, let kind) where kind != .directory {
        // The directory is ours alone, so what is in the way of an entry can be removed.
        try world.files.remove(path)
        try world.files.replace(path, content, options)
      }
      return true
    } catch {
      log("cache: not kept: cannot \(error.step): \(error.reason)")
      return false
    }
  }
}

extension CacheEntry {
  /// The entry of a key in the directory that the options select; nil if there is no usable
  /// directory, which is logged.
  init?(_ arguments: ParsedArguments, key: CacheKey, world: World, log: VerboseLog) {
    let directory: CacheDirectory
    do throws(CacheError) {
      directory = try CacheDirectory.find(arguments, variables: world.variables)
      do throws(DirectoryError) {
        try world.files.makePrivateDirectory(directory.path)
      } catch {
        throw CacheError.directory(directory.path, error)
      }
    } catch {
      log("cache: none, because \(error.message)")
      return nil
    }
    self.init(directory: directory, key: key, world: world, log: log)
  }
}
